// A form in a dialog, whose faults stand at its fields.
import { ApiProblem } from "../model/api.js";
import { element, freshID } from "../model/dom.js";
import { words } from "../model/words.js";
import { ask } from "./apus-dialog.js";
import { showFaults } from "./apus-field.js";

// Shows `fields` under `title`; `save` is called with each press of the button `action` until it throws no ApiProblem.
// Resolves with what it returned, null when the dialog was called off.
export async function formDialog({ title, fields, action, save }) {
    const message = element("div", { class: "form-message", role: "alert" });
    const id = freshID("form");
    const form = element("form", { id, class: "dialog-form", novalidate: true, onsubmit: event => event.preventDefault() }, message, fields);
    let answer = null;
    const before = async () => {
        try {
            answer = await save();
            return true;
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            if (problem.status === 412) {
                message.textContent = words.form.conflict;
                return false;
            }
            const rest = showFaults(form, problem);
            message.textContent = problem.errors.length === 0 || rest.length > 0 ? [problem.message, ...rest.map(fault => fault.detail)].join(" ") : "";
            return false;
        }
    };
    const dialog = ask({
        title,
        content: form,
        isKept: true,
        buttons: [{ label: words.dialog.cancel }, { label: action, kind: "primary", value: true, before, form: id }],
    });
    [...form.querySelectorAll("input, select")].find(each => each.checkVisibility())?.focus();
    await dialog;
    return answer;
}
