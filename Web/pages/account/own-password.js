// One's own password.
import { field } from "../../elements/apus-field.js";
import { toast } from "../../elements/apus-toast.js";
import { formDialog } from "../../elements/form-dialog.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";

const w = words.password;

export class OwnPassword extends HTMLElement {
    // Whether there is one; until it is known, one is assumed.
    #isSet = true;

    connectedCallback() {
        this.className = "card-box";
        this.#draw();
        this.#load();
    }

    async #load() {
        try {
            const { hasPassword } = await api.get(`people/${session.person.id}`);
            if (hasPassword === this.#isSet || !this.isConnected) return;
            this.#isSet = hasPassword;
            this.#draw();
        } catch {
            // What is drawn fits both.
        }
    }

    #draw() {
        const isFocused = this.contains(document.activeElement);
        const action = this.#isSet ? w.change : w.choose;
        const button = element(
            "button",
            { type: "button", class: `btn btn-${this.#isSet ? "secondary" : "primary"}`, onclick: () => this.#change(action) },
            action,
        );
        fill(this, element("div", { class: "section-header" }, element("h2", {}, w.title), button), element("p", { class: "muted" }, this.#isSet ? w.about : w.none));
        if (isFocused) button.focus();
    }

    async #change(title) {
        const secret = autocomplete => element("input", { type: "password", autocomplete, maxlength: "1024", spellcheck: "false" });
        const [old, fresh] = [secret("current-password"), secret("new-password")];
        const isShown = element("input", {
            type: "checkbox",
            onchange: event => {
                for (const input of [old, fresh]) input.type = event.target.checked ? "text" : "password";
            },
        });
        const saved = await formDialog({
            title,
            fields: [
                // Where those who keep passwords look for the name.
                element("input", { type: "text", autocomplete: "username", value: session.person.name, readonly: true, hidden: true }),
                this.#isSet && field({ label: w.old, control: old, pointer: "/currentPassword", hint: w.oldHint }),
                field({ label: w.fresh, control: fresh, pointer: "/password", hint: w.freshHint }),
                field({ label: w.show, control: isShown }),
            ],
            action: title,
            save: () => api.patch(`people/${session.person.id}`, { password: fresh.value, ...(old.value && { currentPassword: old.value }) }),
        });
        if (!saved) return;
        toast(this.#isSet ? w.changed : w.chosen);
        this.#isSet = true;
        this.#draw();
        this.dispatchEvent(new Event("changed-password"));
    }
}

customElements.define("apus-own-password", OwnPassword);
