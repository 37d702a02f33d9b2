// Where a date and a time are typed, in the reader's zone.
import { element } from "../model/dom.js";

// `label` is what readers hear where no words stand beside it.
export function momentInput(label = null) {
    return element("input", { type: "datetime-local", step: "1", class: "form-control", "aria-label": label });
}
