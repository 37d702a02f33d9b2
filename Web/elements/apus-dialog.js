// A question or a form over the page: the browser's own dialog, which keeps the focus and closes with Escape.
import { element, freshID } from "../model/dom.js";
import { router } from "../model/router.js";
import { session } from "../model/session.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

export class ApusDialog extends HTMLElement {
    #dialog = null;
    #resolve = null;
    #isBusy = false;
    // Ends what it listens to.
    #closing = new AbortController();

    // Shows `content` under a title, with buttons [{ label, value, kind, isDefault }]; resolves with the value of the
    // button that closed it, or null. A button whose `before` returns false (or a promise of it) keeps it open; one with
    // the id of a `form` is pressed by Enter in it, too. What would be lost with it `isKept` from a click beside it and
    // from the way back. It never outlives the session, nor, unless it is kept, the page.
    ask({ title, content, buttons, isKept = false }) {
        const id = freshID("dialog");
        this.#dialog = element(
            "dialog",
            { "aria-labelledby": id, class: "dialog" },
            element(
                "header",
                { class: "dialog-header" },
                element("h2", { id }, title),
                element(
                    "button",
                    { type: "button", class: "button-icon", "aria-label": words.dialog.close, onclick: () => this.#end(null) },
                    icon("close"),
                ),
            ),
            element("div", { class: "dialog-body" }, content),
            buttons?.length > 0 &&
                element(
                    "footer",
                    { class: "dialog-footer" },
                    buttons.map(button =>
                        element(
                            "button",
                            {
                                type: button.form ? "submit" : "button",
                                form: button.form,
                                class: `btn btn-${button.kind ?? "secondary"}`,
                                autofocus: button.isDefault,
                                onclick: () => this.#press(button),
                            },
                            button.label,
                        ),
                    ),
                ),
        );
        this.#dialog.addEventListener("cancel", event => {
            event.preventDefault();
            this.#end(null);
        });
        this.#dialog.addEventListener("click", event => {
            if (event.target === this.#dialog && !isKept) this.#end(null);
        });
        const { signal } = this.#closing;
        if (!isKept) router.addEventListener("leave", () => this.#end(null), { signal });
        session.addEventListener("change", () => session.role === null && this.#end(null), { signal });
        this.append(this.#dialog);
        document.body.append(this);
        this.#dialog.showModal();
        return new Promise(resolve => (this.#resolve = resolve));
    }

    // Once, however often it is pressed.
    async #press({ before, value }) {
        if (this.#isBusy) return;
        this.#isBusy = true;
        try {
            if ((await before?.()) !== false) this.#end(value ?? null);
        } finally {
            this.#isBusy = false;
        }
    }

    #end(value) {
        if (!this.isConnected) return;
        this.#closing.abort();
        this.#dialog.close();
        this.remove();
        this.#resolve(value);
    }
}

customElements.define("apus-dialog", ApusDialog);

// Shows a dialog; resolves with the value of the button, null when it was only closed.
export function ask(options) {
    return new ApusDialog().ask(options);
}

// A question with two answers; resolves with true or false.
export async function confirm({ title, text, action, isDangerous = false }) {
    const answer = await ask({
        title,
        content: element("p", {}, text),
        buttons: [
            { label: words.dialog.cancel, value: false },
            { label: action, value: true, kind: isDangerous ? "danger" : "primary", isDefault: !isDangerous },
        ],
    });
    return answer === true;
}
