// People with their roles, for admins.
import { confirm } from "../../elements/apus-dialog.js";
import { field } from "../../elements/apus-field.js";
import { ApusSection } from "../../elements/apus-section.js";
import { showSecret } from "../../elements/apus-secret.js";
import { when } from "../../elements/apus-when.js";
import { formDialog } from "../../elements/form-dialog.js";
import { toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { api, etag } from "../../model/api.js";
import { element } from "../../model/dom.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { roleSelect } from "./role-select.js";

const w = words.people;

export class PersonList extends ApusSection {
    connectedCallback() {
        this.setup({
            path: "people",
            query: { limit: 100 },
            title: w.list,
            columns: [w.name, w.role, w.seen, ""],
            row: person => this.#cells(person),
            action: element("button", { type: "button", class: "btn btn-primary", onclick: () => this.#add() }, icon("plus"), w.add),
            empty: () => w.empty,
        });
    }

    #cells(person) {
        const isSelf = person.id === session.person?.id;
        return [
            [
                element("span", { class: "cell-name" }, person.name),
                isSelf && element("span", { class: "tag" }, w.you),
                person.isDisabled && element("span", { class: "tag" }, w.disabled),
                !person.hasPassword && element("span", { class: "tag" }, w.noPassword),
            ],
            words.roles[person.role],
            when(person.lastSeenAt) ?? w.never,
            element(
                "div",
                { class: "row-actions" },
                this.button(w.edit, () => this.#edit(person)),
                !person.isDisabled && this.button(w.link, () => this.#link(person)),
                !isSelf && this.button(w.delete, () => this.#delete(person), "danger"),
            ),
        ];
    }

    async #add() {
        const name = element("input", { required: true, maxlength: "200", autocomplete: "off" });
        const role = roleSelect("editor");
        const person = await formDialog({
            title: w.add,
            fields: [field({ label: w.name, control: name, pointer: "/name" }), field({ label: w.role, control: role, pointer: "/role", hint: w.roleHint })],
            action: w.add,
            save: () => api.post("people", { name: name.value.trim(), role: role.value }),
        });
        if (!person) return;
        this.pager.reload();
        try {
            await this.#link(person);
        } catch (problem) {
            toastProblem(problem);
        }
    }

    #edit(person) {
        const name = element("input", { required: true, maxlength: "200", autocomplete: "off", ".value": person.name });
        const role = roleSelect(person.role);
        const disabled = element("input", { type: "checkbox", checked: person.isDisabled });
        // Nobody takes their own rights away.
        const isSelf = person.id === session.person?.id;
        const rights = [
            field({ label: w.role, control: role, pointer: "/role", hint: w.roleHint }),
            field({ label: w.disable, control: disabled, pointer: "/isDisabled", hint: w.disableHint }),
        ];
        return formDialog({
            title: w.editTitle(person.name),
            fields: [
                field({ label: w.name, control: name, pointer: "/name" }),
                isSelf ? element("p", { class: "form-text" }, w.selfHint) : rights,
            ],
            action: w.save,
            save: () => api.patch(`people/${person.id}`, { name: name.value.trim(), ...(!isSelf && { role: role.value, isDisabled: disabled.checked }) }, { etag: etag(person) }),
        });
    }

    // The way in for who is new, or lost the password.
    async #link(person) {
        const { url } = await api.post("sessions/tokens", { person: person.id });
        await showSecret({ title: w.linkTitle(person.name), text: w.linkText, secret: url, once: w.linkOnce });
    }

    async #delete(person) {
        const isSure = await confirm({ title: w.deleteTitle(person.name), text: w.deleteText, action: w.delete, isDangerous: true });
        if (isSure) await api.delete(`people/${person.id}`, undefined, { etag: etag(person) });
    }
}

customElements.define("apus-person-list", PersonList);
