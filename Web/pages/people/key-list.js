// Keys of the API with role and expiry, for admins; each is shown once.
import { confirm } from "../../elements/apus-dialog.js";
import { field } from "../../elements/apus-field.js";
import { ApusSection } from "../../elements/apus-section.js";
import { showSecret } from "../../elements/apus-secret.js";
import { when } from "../../elements/apus-when.js";
import { formDialog } from "../../elements/form-dialog.js";
import { icon } from "../../elements/icon.js";
import { api } from "../../model/api.js";
import { element } from "../../model/dom.js";
import { now } from "../../model/time.js";
import { words } from "../../model/words.js";
import { roleSelect } from "./role-select.js";

const w = words.keys;
const day = 86_400;
const lifetimes = [7 * day, 30 * day, 90 * day, 365 * day];

export class KeyList extends ApusSection {
    connectedCallback() {
        this.setup({
            path: "keys",
            query: { limit: 100 },
            title: w.title,
            columns: [words.people.name, words.people.role, w.created, w.used, w.expires, ""],
            row: key => [
                [element("span", { class: "cell-name" }, key.name), isOver(key) && element("span", { class: "tag" }, w.expired)],
                words.roles[key.role],
                when(key.createdAt),
                when(key.lastUsedAt) ?? words.people.never,
                when(key.expiresAt) ?? w.neverExpires,
                element("div", { class: "row-actions" }, this.button(w.delete, () => this.#delete(key), "danger")),
            ],
            action: element("button", { type: "button", class: "btn btn-secondary", onclick: () => this.#add() }, icon("plus"), w.add),
            empty: () => w.empty,
        });
    }

    async #add() {
        const name = element("input", { required: true, maxlength: "200", autocomplete: "off" });
        const role = roleSelect("viewer");
        const lifetime = element(
            "select",
            {},
            lifetimes.map(seconds => element("option", { value: seconds }, w.days(seconds / day))),
            element("option", { value: "" }, w.neverExpires),
        );
        lifetime.value = String(90 * day);
        const key = await formDialog({
            title: w.add,
            fields: [
                field({ label: words.people.name, control: name, pointer: "/name", hint: w.nameHint }),
                field({ label: words.people.role, control: role, pointer: "/role", hint: words.people.roleHint }),
                field({ label: w.expiresIn, control: lifetime, pointer: "/expiresIn" }),
            ],
            action: w.add,
            save: () => api.post("keys", { name: name.value.trim(), role: role.value, ...(lifetime.value && { expiresIn: Number(lifetime.value) }) }),
        });
        if (!key) return;
        this.pager.reload();
        await showSecret({ title: w.secretTitle(key.name), text: w.secretText, secret: key.key });
    }

    async #delete(key) {
        const isSure = await confirm({ title: w.deleteTitle(key.name), text: w.deleteText, action: w.delete, isDangerous: true });
        if (isSure) await api.delete(`keys/${key.id}`);
    }
}

function isOver({ expiresAt }) {
    return expiresAt !== null && Date.parse(expiresAt) <= now();
}

customElements.define("apus-key-list", KeyList);
