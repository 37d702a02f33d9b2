// Chooses monitors by searching for them, however many there are.
import { api } from "../model/api.js";
import { element, fill, freshID } from "../model/dom.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

const most = 8;
const patience = 200;

export class ApusMonitorPicker extends HTMLElement {
    // Whether only one can be chosen: the next takes its place.
    isSingle = false;
    #chosen = new Map();
    #excluded = null;
    #timer = null;
    #turn = 0;
    // What the results were searched by.
    #found = "";
    #list = element("ul", { class: "picker-chosen" });
    #results = element("ul", { class: "picker-results", id: freshID("results"), hidden: true });
    #search = element("input", {
        type: "search",
        class: "form-control",
        placeholder: words.picker.search,
        autocomplete: "off",
        "aria-controls": this.#results.id,
    });

    constructor() {
        super();
        this.#search.addEventListener("input", () => {
            clearTimeout(this.#timer);
            this.#timer = setTimeout(() => this.#find(), patience);
        });
        // Enter takes the first that matches; it must not send the form.
        this.#search.addEventListener("keydown", event => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            this.#takeFirst();
        });
    }

    connectedCallback() {
        if (!this.firstChild) fill(this, this.#list, this.#search, this.#results);
    }

    disconnectedCallback() {
        clearTimeout(this.#timer);
    }

    // The control that a label names.
    get control() {
        return this.#search;
    }

    // The monitor that can't be chosen: itself.
    set excluded(id) {
        this.#excluded = id;
    }

    // Ids; says "change-monitors" when somebody chose others.
    get value() {
        return [...this.#chosen.keys()];
    }

    set value(ids) {
        this.#chosen = new Map((ids ?? []).map(id => [id, words.picker.nameless(id)]));
        this.#draw();
        for (const id of this.#chosen.keys()) this.#name(id);
    }

    async #name(id) {
        try {
            const { name } = await api.get(`monitors/${id}/status`);
            if (this.#chosen.has(id)) this.#chosen.set(id, name);
            this.#draw();
        } catch {
            // It is gone, or can't be asked for: its number has to do.
        }
    }

    async #takeFirst() {
        const typed = () => this.#search.value.trim();
        // What is shown may belong to fewer letters than were typed.
        if (this.#found !== typed()) await this.#find();
        if (this.#found === typed()) this.#results.querySelector("button")?.click();
    }

    async #find() {
        clearTimeout(this.#timer);
        const turn = ++this.#turn;
        const q = this.#search.value.trim();
        let items = [];
        let none = words.picker.nothing;
        try {
            if (q !== "") items = (await api.get("cards", { q, sort: "name", limit: most })).items;
        } catch (problem) {
            // Typing on asks again.
            none = problem.message;
        }
        if (turn !== this.#turn) return;
        this.#found = q;
        const free = items.filter(({ monitor }) => monitor !== this.#excluded && !this.#chosen.has(monitor));
        this.#results.hidden = q === "";
        fill(
            this.#results,
            q !== "" && free.length === 0 && element("li", { class: "muted" }, none),
            free.map(({ monitor, name, target }) =>
                element(
                    "li",
                    {},
                    element(
                        "button",
                        { type: "button", onclick: () => this.#choose(monitor, name) },
                        name,
                        element("span", { class: "muted" }, ` ${target}`),
                    ),
                ),
            ),
        );
    }

    #choose(id, name) {
        if (this.isSingle) this.#chosen.clear();
        this.#chosen.set(id, name);
        this.#search.value = "";
        // Nothing is there to choose from any more, and nothing that is still being searched for comes.
        this.#find();
        this.#change();
    }

    #change() {
        this.#draw();
        this.#search.focus();
        this.dispatchEvent(new Event("change-monitors"));
    }

    #draw() {
        this.#list.hidden = this.#chosen.size === 0;
        fill(
            this.#list,
            [...this.#chosen].map(([id, name]) =>
                element(
                    "li",
                    {},
                    name,
                    element(
                        "button",
                        {
                            type: "button",
                            class: "button-icon",
                            "aria-label": words.picker.remove(name),
                            onclick: () => {
                                this.#chosen.delete(id);
                                this.#change();
                            },
                        },
                        icon("close"),
                    ),
                ),
            ),
        );
    }
}

customElements.define("apus-monitor-picker", ApusMonitorPicker);
