// A short message at the edge of the page, read out and gone after a while; errors stay until they are closed.
import { ApiProblem } from "../model/api.js";
import { element } from "../model/dom.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

const shownFor = 6_000;
const most = 5;

export class ApusToast extends HTMLElement {
    connectedCallback() {
        this.setAttribute("role", "status");
        this.setAttribute("aria-live", "polite");
    }

    show(text, kind) {
        const close = element(
            "button",
            { type: "button", class: "button-icon", "aria-label": words.dialog.close, onclick: () => message.remove() },
            icon("close"),
        );
        const message = element("div", { class: "toast-message", "data-kind": kind }, element("span", {}, text), close);
        this.append(message);
        while (this.children.length > most) this.firstElementChild.remove();
        if (kind !== "error") setTimeout(() => message.remove(), shownFor);
    }
}

customElements.define("apus-toast", ApusToast);

// Tells something: kind "info", or "error", which stays.
export function toast(text, kind = "info") {
    let place = document.querySelector("apus-toast");
    if (!place) {
        place = new ApusToast();
        document.body.append(place);
    }
    place.show(text, kind);
}

// Tells why something failed; whatever is no answer of the gateway is a fault of ours and thrown on.
export function toastProblem(problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    const faults = problem.errors.map(fault => fault.detail);
    toast([problem.message, ...faults].join(" "), "error");
}
