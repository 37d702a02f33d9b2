// A secret that is shown this once, with a button that copies it.
import { element } from "../model/dom.js";
import { words } from "../model/words.js";
import { ask } from "./apus-dialog.js";
import { icon } from "./icon.js";

// Shows `secret` in a dialog under `title`; `text` says what it is for, `once` what whoever loses it does.
export function showSecret({ title, text, secret, once = words.secret.once }) {
    const value = element("input", { class: "form-control mono", readonly: true, "aria-label": title, ".value": secret, onfocus: event => event.target.select() });
    const copied = element("span", { class: "muted", role: "status" });
    const copy = async () => {
        value.select();
        try {
            await navigator.clipboard.writeText(secret);
            copied.textContent = words.secret.copied;
        } catch {
            // Without TLS browsers have no clipboard: it is selected, a key copies it.
            copied.textContent = words.secret.selected;
        }
    };
    return ask({
        title,
        isKept: true,
        content: [
            element("p", {}, text),
            element("div", { class: "secret-line" }, value, element("button", { type: "button", class: "btn btn-secondary", autofocus: true, onclick: copy }, icon("copy"), words.secret.copy)),
            copied,
            element("p", { class: "muted" }, once),
        ],
        buttons: [{ label: words.secret.done, kind: "primary" }],
    });
}
