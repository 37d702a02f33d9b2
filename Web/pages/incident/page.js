// One incident: what happened when, who was told, and what people say about it.
import { ApusDeliveries, channelNames } from "../../elements/apus-deliveries.js";
import { incidentState, lasted } from "../../elements/apus-incidents.js";
import { field } from "../../elements/apus-field.js";
import { toastProblem } from "../../elements/apus-toast.js";
import { when } from "../../elements/apus-when.js";
import { facts } from "../../elements/facts.js";
import { icon } from "../../elements/icon.js";
import { api, ApiProblem } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { live } from "../../model/live.js";
import { reasonText } from "../../model/reasons.js";
import { regionName } from "../../model/regions.js";
import { session } from "../../model/session.js";
import { setTitle } from "../../model/title.js";
import { words } from "../../model/words.js";

const w = words.incident;
// What was said goes through the log; deliveries are tried again.
const pace = 5_000;

export default class IncidentPage extends HTMLElement {
    static title = () => w.title;

    #incident = null;
    // What was said here and is still on its way through the log.
    #said = [];
    #heading = element("h1");
    #now = element("section", { class: "card-box" });
    #timeline = element("ol", { class: "timeline" });
    #deliveries = new ApusDeliveries();
    #noDeliveries = element("p", { class: "muted" }, w.noDeliveries, " ", element("a", { href: "channels" }, words.incidents.toChannels));
    #acknowledge = element("button", { type: "button", class: "btn btn-primary", onclick: () => this.#act("acknowledge", {}) }, icon("check"), w.acknowledge);
    #text = element("textarea", { rows: "2", maxlength: "2000", required: true });
    #ends = [];

    async connectedCallback() {
        this.className = "page";
        try {
            this.#incident = await this.#read();
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            fill(this, element("p", { class: "page-message" }, problem.status === 404 ? w.notFound : problem.message));
            return;
        }
        if (!this.isConnected) return;
        const mayAct = session.may("editor");
        fill(
            this,
            element("p", { class: "breadcrumb" }, element("a", { href: "incidents" }, words.incidents.title), icon("right_arrow")),
            element("div", { class: "page-header" }, this.#heading, mayAct && this.#acknowledge),
            this.#now,
            element(
                "div",
                { class: "columns" },
                element(
                    "section",
                    { class: "card-box" },
                    element("h2", {}, w.timeline),
                    this.#timeline,
                    mayAct &&
                        element(
                            "form",
                            { class: "comment-form", onsubmit: event => this.#comment(event) },
                            field({ label: w.comment, control: this.#text }),
                            element("button", { type: "submit", class: "btn btn-secondary" }, w.send),
                        ),
                ),
                element("section", { class: "card-box" }, element("h2", {}, words.deliveries.title), this.#deliveries, this.#noDeliveries),
            ),
        );
        this.#deliveries.addEventListener("retried", () => this.#load());
        this.#ends.push(live.watch([], { incident: incident => incident.id === this.#incident.id && this.#load(), reset: () => this.#load() }));
        const timer = setInterval(() => this.#load(), pace);
        this.#ends.push(() => clearInterval(timer));
        this.#draw();
        this.#deliveries.channels = await channelNames();
        if (this.isConnected) this.#draw();
    }

    disconnectedCallback() {
        for (const end of this.#ends) end();
    }

    // The incident, with what was said here.
    async #read() {
        const incident = await api.get(`incidents/${encodeURIComponent(this.params.id)}`);
        const isWritten = said => incident.actions.some(each => isSame(each, said));
        this.#said = this.#said.filter(said => !isWritten(said));
        return this.#said.reduce(withAction, incident);
    }

    async #load() {
        try {
            const incident = await this.#read();
            if (!this.isConnected) return;
            if (JSON.stringify(incident) === JSON.stringify(this.#incident)) return;
            this.#incident = incident;
            this.#draw();
        } catch {
            // It is read again soon.
        }
    }

    async #act(verb, body) {
        try {
            const said = await api.post(`incidents/${encodeURIComponent(this.#incident.id)}/${verb}`, body);
            // The title belongs to another page by now.
            if (!this.isConnected) return true;
            // It shows at once, and stays until the books have it.
            if (!this.#incident.actions.some(each => isSame(each, said))) {
                this.#said.push(said);
                this.#incident = withAction(this.#incident, said);
                this.#draw();
            }
            return true;
        } catch (problem) {
            toastProblem(problem);
            return false;
        }
    }

    async #comment(event) {
        event.preventDefault();
        const text = this.#text.value.trim();
        if (text !== "" && (await this.#act("comments", { text }))) this.#text.value = "";
    }

    #draw() {
        const incident = this.#incident;
        const name = incident.name ?? words.incidents.deleted(incident.monitor);
        this.#heading.textContent = w.titleOf(name);
        setTitle(w.titleOf(name));
        const isOpen = incident.endedAt === null;
        this.#acknowledge.hidden = !isOpen || incident.acknowledgedAt !== null;
        fill(
            this.#now,
            element("p", { class: "headline-state" }, incidentState(incident), " ", element("span", {}, isOpen ? w.downFor : w.wasDownFor, " ", lasted(incident))),
            facts([
                [words.incidents.monitor, element("a", { href: `monitors/${incident.monitor}` }, name)],
                incident.target && [w.target, element("span", { class: "mono" }, incident.target)],
                incident.reason && [words.incidents.reason, [reasonText(incident.reason), incident.detail].filter(Boolean).join(" · ")],
                [words.incidents.regions, (incident.regions ?? []).map(regionName).join(", ") || words.figures.none],
                incident.acknowledgedAt && [w.acknowledgedBy, [incident.acknowledgedBy ?? "", " ", when(incident.acknowledgedAt)]],
            ]),
        );
        fill(this.#timeline, this.#events().map(event => this.#event(event)));
        const { deliveries } = incident;
        this.#deliveries.hidden = deliveries.length === 0;
        this.#noDeliveries.hidden = deliveries.length > 0;
        this.#deliveries.items = deliveries;
    }

    // Everything that has a time, in its order.
    #events() {
        const { startedAt, confirmedAt, endedAt, resolution, actions, deliveries } = this.#incident;
        const end = { at: endedAt, mark: resolution === "recovered" ? "up" : "paused", text: w.events[resolution] ?? words.incidents.over };
        return [
            { at: startedAt, mark: "pending", text: w.events.began },
            { at: confirmedAt, mark: "down", text: w.events.confirmed },
            ...actions.map(({ at, verb, person, text }) => ({ at, mark: verb === "acknowledge" ? "check" : "person", text: w.events[verb]?.(person) ?? verb, note: text })),
            ...deliveries
                .filter(delivery => delivery.deliveredAt)
                .map(delivery => ({ at: delivery.deliveredAt, mark: "bell", text: w.events.told(this.#deliveries.channels.get(delivery.channel) ?? words.deliveries.gone(delivery.channel)) })),
            ...(endedAt ? [end] : []),
        ].sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
    }

    #event({ at, mark, text, note }) {
        return element(
            "li",
            {},
            element("span", { class: "timeline-mark", "data-state": mark }, icon(mark)),
            element("div", {}, element("span", {}, text), " ", element("span", { class: "muted" }, when(at, "time")), note && element("p", { class: "timeline-note" }, note)),
        );
    }
}

// The incident once this was said of it.
function withAction(incident, said) {
    const isAcknowledged = said.verb === "acknowledge" && incident.acknowledgedAt === null;
    return { ...incident, actions: [...incident.actions, said], ...(isAcknowledged && { acknowledgedAt: said.at, acknowledgedBy: said.person }) };
}

function isSame(left, right) {
    return ["at", "verb", "person", "text"].every(name => left[name] === right[name]);
}
