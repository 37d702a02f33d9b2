// The first check of a new monitor, as soon as it is there.
import { ApusState, shownState } from "../../elements/apus-state.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { latency } from "../../model/figures.js";
import { live } from "../../model/live.js";
import { reasonText } from "../../model/reasons.js";
import { regionName } from "../../model/regions.js";
import { words } from "../../model/words.js";

const w = words.welcome;

export class FirstCheck extends HTMLElement {
    #monitor;
    #channel;
    #end = () => {};
    #result = element("div", { class: "first-check-result", role: "status" });

    // The monitor, and the channel that was made with it or null: its secret is shown this once.
    constructor(monitor, channel) {
        super();
        this.#monitor = monitor;
        this.#channel = channel;
    }

    connectedCallback() {
        const { id, name } = this.#monitor;
        fill(
            this,
            element("h1", { tabindex: "-1" }, w.watching(name)),
            this.#result,
            this.#channel?.secret &&
                element(
                    "div",
                    { class: "card-box" },
                    element("h2", {}, w.secretTitle),
                    element("p", {}, w.secretText),
                    element("code", {}, this.#channel.secret),
                ),
            element(
                "div",
                { class: "page-actions" },
                element("a", { class: "btn btn-primary", href: "./" }, w.toOverview),
                element("a", { class: "btn btn-secondary", href: `monitors/${id}/edit` }, w.toEdit),
            ),
        );
        this.querySelector("h1").focus();
        this.#show(null);
        this.#end = live.watch([id], {
            status: status => status.monitor === id && this.#show(status),
            reset: () => this.#load(),
        });
        // What came before the stream listened to this monitor.
        this.#load();
    }

    disconnectedCallback() {
        this.#end();
    }

    async #load() {
        try {
            this.#show(await api.get(`monitors/${this.#monitor.id}/status`));
        } catch {
            // The stream brings it.
        }
    }

    #show(status) {
        const regions = Object.entries(status?.regions ?? {});
        if (regions.length === 0) {
            if (!this.#result.firstChild) fill(this.#result, element("p", { class: "muted" }, w.waiting));
            return;
        }
        const state = new ApusState();
        state.setAttribute("state", shownState(status));
        fill(
            this.#result,
            element("p", { class: "first-check-state" }, state),
            regions.map(([name, region]) =>
                element(
                    "p",
                    {},
                    w.result(
                        regionName(name),
                        words.outcomes[region.outcome] ?? region.outcome,
                        region.latencyMs === null ? null : latency(region.latencyMs),
                        reasonText(region.reason),
                    ),
                    region.detail && element("span", { class: "muted" }, ` ${region.detail}`),
                ),
            ),
            state.getAttribute("state") === "pending" && element("p", { class: "muted" }, w.pending),
        );
    }
}

customElements.define("apus-first-check", FirstCheck);
