// The choice of a range of time: one that ends now, or an own one.
import { element, fill } from "../model/dom.js";
import { words } from "../model/words.js";
import { fromInput, toInput } from "../model/time.js";
import { momentInput } from "./moment-input.js";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// The ranges that end now, in milliseconds.
export const ranges = {
    live: 5 * minute,
    "1h": hour,
    "12h": 12 * hour,
    "24h": day,
    "7d": 7 * day,
    "30d": 30 * day,
    "90d": 90 * day,
};

export class ApusRanges extends HTMLElement {
    #value = { range: "1h", from: null, to: null };
    #from = momentInput(words.ranges.from);
    #to = momentInput(words.ranges.to);
    #fault = element("span", { class: "field-error", role: "alert" });
    #isOpen = false;

    // { range } of the names above, or { from, to } in Unix ms; says "change-range" with the same when it is changed.
    set value(value) {
        this.#value = value;
        this.#isOpen = value.range === "own";
        if (this.isConnected) this.#draw();
    }

    connectedCallback() {
        this.setAttribute("role", "group");
        this.setAttribute("aria-label", words.ranges.label);
        this.#draw();
    }

    #draw() {
        const hadFocus = this.contains(document.activeElement);
        const { range, from, to } = this.#value;
        this.#from.value = from ? toInput(from) : "";
        this.#to.value = to ? toInput(to) : "";
        const button = (name, action) =>
            element(
                "button",
                { type: "button", class: "range-button", "aria-pressed": String(name === "own" ? this.#isOpen : !this.#isOpen && range === name), onclick: action },
                words.ranges.names[name],
            );
        fill(
            this,
            Object.keys(ranges).map(name => button(name, () => this.#tell({ range: name, from: null, to: null }))),
            button("own", () => {
                this.#isOpen = true;
                this.#draw();
                this.#from.focus();
            }),
            this.#isOpen &&
                element(
                    "form",
                    { class: "range-own", onsubmit: event => this.#submit(event) },
                    this.#from,
                    element("span", { class: "muted" }, "–"),
                    this.#to,
                    element("button", { type: "submit", class: "btn btn-sm btn-secondary" }, words.ranges.show),
                    this.#fault,
                ),
        );
        if (hadFocus) this.querySelector("[aria-pressed=true]")?.focus();
    }

    #submit(event) {
        event.preventDefault();
        const from = fromInput(this.#from.value);
        const to = this.#to.value === "" ? Date.now() : fromInput(this.#to.value);
        const isRange = from !== null && to !== null && from < to;
        this.#fault.textContent = isRange ? "" : words.ranges.fault;
        if (isRange) this.#tell({ range: "own", from, to });
    }

    #tell(value) {
        this.value = value;
        this.dispatchEvent(new CustomEvent("change-range", { detail: value }));
    }
}

customElements.define("apus-ranges", ApusRanges);
