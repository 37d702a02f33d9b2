// Of whom, of what and of which time the audit log is read.
import { momentInput } from "../../elements/moment-input.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { fromInput, toInput } from "../../model/time.js";
import { words } from "../../model/words.js";
import { actorName, actorValue, subjectName } from "./names.js";

const w = words.audit;

export class AuditFilters extends HTMLElement {
    #who = element("select", { class: "form-select" });
    #what = element("select", { class: "form-select" });
    #from = momentInput();
    #to = momentInput();
    #fault = element("span", { class: "field-error", role: "alert" });
    // What can be chosen: values with their texts.
    #actors = new Map();
    #subjects = new Map(Object.entries(w.kinds));
    #view = { actor: "", subject: "", from: null, to: null };

    // { actor, subject, from, to }: as the API has them, the times in Unix ms; says "change-filter" with another one.
    set view(view) {
        this.#view = view;
        if (view.actor && !this.#actors.has(view.actor)) this.#actors.set(view.actor, view.actor);
        if (view.subject && !this.#subjects.has(view.subject)) this.#subjects.set(view.subject, subjectName(view.subject, null));
        this.#from.value = view.from ? toInput(view.from) : "";
        this.#to.value = view.to ? toInput(view.to) : "";
        this.#draw();
    }

    // Names of those who are in no list any more, from entries of the log.
    learn(entries) {
        const { actor, subject } = this.#view;
        for (const entry of entries) {
            if (actorValue(entry.actor) === actor && entry.actor.id !== null && !this.#isListed) this.#actors.set(actor, actorName(entry.actor));
            if (entry.subject === subject) this.#subjects.set(subject, subjectName(subject, entry.subjectName));
        }
        this.#draw();
    }

    // Whether the one who is chosen stands in the lists of people and keys.
    get #isListed() {
        const text = this.#actors.get(this.#view.actor);
        return text !== undefined && text !== this.#view.actor;
    }

    connectedCallback() {
        this.className = "filters";
        for (const control of [this.#who, this.#what, this.#from, this.#to]) control.addEventListener("change", () => this.#tell());
        const controls = [[w.who, this.#who], [w.what, this.#what], [words.ranges.from, this.#from], [words.ranges.to, this.#to]];
        fill(this, controls.map(([text, control]) => element("label", {}, text, control)), this.#fault);
        this.#load();
    }

    async #load() {
        const lists = await Promise.allSettled([api.get("people", { limit: 1_000 }), api.get("keys", { limit: 1_000 })]);
        const [people, keys] = lists.map(each => each.value?.items ?? []);
        const chosen = [...this.#actors];
        this.#actors = new Map([
            ...people.map(person => [`person/${person.id}`, person.name]),
            ...keys.map(key => [`key/${key.id}`, actorName({ kind: "key", name: key.name })]),
            ["adminKey", words.actors.adminKey],
            ["basic", words.actors.basic],
        ]);
        for (const [value, text] of chosen) if (!this.#actors.has(value)) this.#actors.set(value, text);
        if (this.isConnected) this.#draw();
    }

    // The times are left alone: somebody may be typing one.
    #draw() {
        offer(this.#who, w.everybody, this.#actors, this.#view.actor);
        offer(this.#what, w.everything, this.#subjects, this.#view.subject);
    }

    #tell() {
        const from = fromInput(this.#from.value);
        const to = fromInput(this.#to.value);
        const isRange = from === null || to === null || from < to;
        this.#fault.textContent = isRange ? "" : words.ranges.fault;
        if (!isRange) return;
        this.#view = { actor: this.#who.value, subject: this.#what.value, from, to };
        this.dispatchEvent(new CustomEvent("change-filter", { detail: this.#view }));
    }
}

function offer(select, all, choices, chosen) {
    fill(
        select,
        element("option", { value: "" }, all),
        [...choices].map(([value, text]) => element("option", { value }, text)),
    );
    select.value = chosen;
}

customElements.define("apus-audit-filters", AuditFilters);
