// A span of time in seconds, typed as a number with a unit; empty: the default.
import { element, fill } from "../model/dom.js";
import { words } from "../model/words.js";

const units = [
    ["s", 1],
    ["min", 60],
    ["h", 3_600],
    ["d", 86_400],
];

export class ApusDuration extends HTMLElement {
    #number = element("input", { type: "number", min: "0", step: "any", class: "form-control", inputmode: "decimal" });
    #unit = element(
        "select",
        { class: "form-select", "aria-label": words.duration.unit },
        units.map(([unit]) => element("option", { value: unit }, words.duration.units[unit])),
    );

    constructor() {
        super();
        this.#unit.addEventListener("change", () => this.#number.dispatchEvent(new Event("input", { bubbles: true })));
    }

    connectedCallback() {
        if (!this.firstChild) fill(this, this.#number, this.#unit);
    }

    // The control that a label names.
    get control() {
        return this.#number;
    }

    // Seconds, null for none; NaN: what was typed is no number.
    get value() {
        if (this.#number.value === "") return this.#number.validity.badInput ? NaN : null;
        const [, size] = units.find(([unit]) => unit === this.#unit.value);
        // 0.3 min are 18 s, not 17.999999999999996.
        return Number((Number(this.#number.value) * size).toFixed(3));
    }

    set value(seconds) {
        if (seconds === null || seconds === undefined) {
            this.#number.value = "";
            return;
        }
        const [unit, size] = units.findLast(([, each]) => seconds >= each && seconds % each === 0) ?? units[0];
        this.#unit.value = unit;
        this.#number.value = String(seconds / size);
    }

    // What is taken when nothing is typed, such as "60 s".
    set placeholder(text) {
        this.#number.placeholder = text;
    }
}

customElements.define("apus-duration", ApusDuration);
