// <apus-when datetime="2026-11-21T04:12:33.120Z" form="ago|for|time">: a moment in words, exact in UTC on hover.
//
// "ago": "4 min ago"; "for": "4 min", the span until now; "time": the time in the reader's zone.
import { ago, everySecond, local, now, span, utc } from "../model/time.js";

export class ApusWhen extends HTMLElement {
    static observedAttributes = ["datetime", "form"];
    #end = null;

    connectedCallback() {
        const runs = this.getAttribute("form") !== "time";
        this.#end = runs ? everySecond(() => this.#draw()) : null;
        // What is read out once is not read out again with every second.
        if (runs) this.ariaLive = "off";
        this.#draw();
    }

    disconnectedCallback() {
        this.#end?.();
    }

    attributeChangedCallback() {
        if (this.isConnected) this.#draw();
    }

    #draw() {
        const time = Date.parse(this.getAttribute("datetime") ?? "");
        let text = "";
        if (!Number.isNaN(time)) {
            const form = this.getAttribute("form") ?? "ago";
            text = form === "time" ? local(time) : form === "for" ? span(now() - time) : ago(time);
            const exact = form === "time" ? utc(time) : `${local(time)}\n${utc(time)}`;
            if (this.title !== exact) this.title = exact;
        }
        if (this.textContent !== text) this.textContent = text;
    }
}

customElements.define("apus-when", ApusWhen);

// The element for a time of the API, or `null` for none.
export function when(datetime, form = "ago") {
    if (!datetime) return null;
    const node = new ApusWhen();
    node.setAttribute("form", form);
    node.setAttribute("datetime", datetime);
    return node;
}
