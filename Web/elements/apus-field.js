// A control with its label, its hint and what is wrong with it.
import { element, fill, freshID } from "../model/dom.js";

export class ApusField extends HTMLElement {
    #control = null;
    #error = null;
    // The member of the document that it edits, as "/interval".
    pointer = null;

    // `control` is an input, select or textarea, or an element that holds one, or names it as its own `control`.
    setup({ label, control, hint, pointer }) {
        this.pointer = pointer ?? null;
        const kinds = "input, select, textarea";
        this.#control = control.control ?? (control.matches(kinds) ? control : control.querySelector(kinds));
        this.#control.id ||= freshID("field");
        const isSwitch = this.#control.type === "checkbox";
        const hintID = hint ? freshID("hint") : null;
        const errorID = freshID("error");
        this.#error = element("div", { id: errorID, class: "field-error", role: "alert" });
        const described = [hintID, errorID].filter(Boolean).join(" ");
        this.#control.setAttribute("aria-describedby", described);
        const caption = element("label", { for: this.#control.id, class: isSwitch ? "form-check-label" : "form-label" }, label);
        if (isSwitch) {
            this.#control.classList.add("form-check-input");
            fill(this, element("div", { class: "form-check" }, control, caption));
        } else {
            if (this.#control.matches("select")) this.#control.classList.add("form-select");
            else this.#control.classList.add("form-control");
            fill(this, caption, control);
        }
        if (hint) this.append(element("div", { id: hintID, class: "form-text" }, hint));
        this.append(this.#error);
        this.#control.addEventListener("input", () => (this.error = null));
        return this;
    }

    get control() {
        return this.#control;
    }

    get hasError() {
        return this.#error.textContent !== "";
    }

    // What is wrong; null: nothing.
    set error(text) {
        this.#error.textContent = text ?? "";
        this.#control.classList.toggle("is-invalid", Boolean(text));
        if (text) this.#control.setAttribute("aria-invalid", "true");
        else this.#control.removeAttribute("aria-invalid");
    }
}

customElements.define("apus-field", ApusField);

// A field around a control: { label, control, hint, pointer }.
export function field(options) {
    return new ApusField().setup(options);
}

// Puts the faults of an ApiProblem at the fields of a form, the first one in focus; returns those that have no field.
export function showFaults(form, problem) {
    const fields = [...form.querySelectorAll("apus-field")];
    for (const each of fields) each.error = null;
    const rest = [];
    for (const fault of problem.errors) {
        const pointer = fault.pointer.replace(/^#/, "");
        const place = fields.find(each => each.pointer && (pointer === each.pointer || pointer.startsWith(`${each.pointer}/`)));
        if (!place) {
            rest.push(fault);
            continue;
        }
        place.error = fault.detail;
        // It may be folded in.
        place.closest("details")?.setAttribute("open", "");
    }
    fields.find(each => each.hasError)?.control.focus();
    return rest;
}
