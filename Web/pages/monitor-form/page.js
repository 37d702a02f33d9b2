// Adds a monitor (with ?from=ID as a copy of another), or edits one.
import { showFaults } from "../../elements/apus-field.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { api, ApiProblem, etag } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { router } from "../../model/router.js";
import { setTitle } from "../../model/title.js";
import { words } from "../../model/words.js";
import { askConflict } from "./conflict.js";
import { MonitorForm } from "./form.js";

const w = words.monitorForm;

export default class MonitorFormPage extends HTMLElement {
    static title = ({ id }) => (id ? w.editTitle : w.newTitle);

    #monitor = null;
    #fields = new MonitorForm();
    #message = element("div", { class: "form-message", role: "alert" });
    #button = element("button", { type: "submit", class: "btn btn-primary" });
    #heading = element("h1");

    async connectedCallback() {
        this.className = "page page-form";
        const { id } = this.params;
        this.#heading.textContent = id ? w.editTitle : w.newTitle;
        this.#button.textContent = id ? w.save : w.add;
        fill(
            this,
            element("div", { class: "page-header" }, this.#heading),
            element(
                "form",
                { novalidate: true, onsubmit: event => this.#submit(event) },
                this.#message,
                this.#fields,
                element(
                    "div",
                    { class: "form-actions" },
                    this.#button,
                    element("a", { class: "btn btn-secondary", href: id ? `monitors/${id}` : "./" }, words.dialog.cancel),
                ),
            ),
        );
        this.#offer();
        if (id || this.query.from) await this.#load(id);
        this.#fields.focusFirst();
    }

    async #load(id) {
        try {
            const monitor = await api.get(`monitors/${id ?? this.query.from}`);
            // The title belongs to another page by now.
            if (!this.isConnected) return;
            if (id) this.#take(monitor);
            else this.#fields.template = monitor;
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            fill(this, element("p", { class: "page-message" }, problem.message));
        }
    }

    #take(monitor) {
        this.#monitor = monitor;
        this.#fields.monitor = monitor;
        this.#heading.textContent = w.editTitleOf(monitor.name);
        setTitle(w.editTitleOf(monitor.name));
    }

    async #offer() {
        const lists = [api.get("regions"), api.get("channels", { limit: 1_000 }), api.get("groups")];
        const [regions, channels, groups] = (await Promise.allSettled(lists)).map(({ value, reason }) => ({ items: value?.items ?? [], problem: reason?.message }));
        this.#fields.offer({ regions, channels, groups });
    }

    async #submit(event) {
        event.preventDefault();
        this.#button.disabled = true;
        fill(this.#message);
        try {
            await this.#save(this.#fields.document);
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            if (this.isConnected) this.#showProblem(problem);
            else toastProblem(problem);
        } finally {
            this.#button.disabled = false;
        }
    }

    async #save(document) {
        if (this.#monitor === null) {
            this.#leave(await api.post("monitors", document), w.added);
            return;
        }
        if (Object.keys(document).length === 0) {
            this.#leave(this.#monitor, null);
            return;
        }
        try {
            const path = `monitors/${this.#monitor.id}`;
            this.#leave(await api.patch(path, document, { etag: etag(this.#monitor) }), w.saved);
        } catch (problem) {
            if (problem.status !== 412) throw problem;
            await this.#resolve(document);
        }
    }

    // My edit names only what I changed, so that it fits on their version too.
    async #resolve(document) {
        const theirs = await api.get(`monitors/${this.#monitor.id}`);
        const choice = await askConflict(this.#monitor, theirs, document);
        if (choice === "theirs") {
            if (this.isConnected) this.#take(theirs);
        } else if (choice === "mine") {
            this.#monitor = theirs;
            await this.#save(document);
        }
    }

    #leave(monitor, text) {
        if (text) toast(text(monitor.name));
        for (const warning of monitor.warnings ?? []) toast(warning);
        // Who went on while it was saved stays there.
        if (this.isConnected) router.go(`monitors/${monitor.id}`);
    }

    #showProblem(problem) {
        const rest = showFaults(this, problem);
        const lines = rest.map(line);
        fill(
            this.#message,
            element("p", {}, problem.errors.length > 0 ? words.form.faults : problem.message),
            lines.length > 0 && element("ul", {}, lines.map(line => element("li", {}, line))),
        );
        if (problem.errors.length === rest.length) this.#message.scrollIntoView({ block: "center" });
    }
}

// A fault that has no field, with the name of what it is about.
function line({ pointer, detail }) {
    const name = pointer.replace(/^#?\/?/, "").split("/")[0];
    return name === "" ? detail : `${w.fields[name]?.label ?? name}: ${detail}`;
}
