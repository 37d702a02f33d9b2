// One's own password.
import { field } from "../../elements/apus-field.js";
import { formDialog } from "../../elements/form-dialog.js";
import { toast } from "../../elements/apus-toast.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";

const w = words.password;

export class OwnPassword extends HTMLElement {
    connectedCallback() {
        this.className = "card-box";
        fill(
            this,
            element("div", { class: "section-header" }, element("h2", {}, w.title), element("button", { type: "button", class: "btn btn-secondary", onclick: () => this.#change() }, w.change)),
            element("p", { class: "muted" }, w.about),
        );
    }

    async #change() {
        const old = element("input", { type: "password", autocomplete: "current-password", maxlength: "1024" });
        const fresh = element("input", { type: "password", autocomplete: "new-password", maxlength: "1024" });
        const saved = await formDialog({
            title: w.change,
            fields: [
                field({ label: w.old, control: old, pointer: "/currentPassword", hint: w.oldHint }),
                field({ label: w.fresh, control: fresh, pointer: "/password", hint: w.freshHint }),
            ],
            action: w.change,
            save: () => api.patch(`people/${session.person.id}`, { password: fresh.value, ...(old.value && { currentPassword: old.value }) }),
        });
        if (saved) toast(w.changed);
    }
}

customElements.define("apus-own-password", OwnPassword);
