// How many checks went how in the range that is shown, and why the others did not go well.
import { outcome } from "../../elements/apus-outcome.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { count, percent } from "../../model/figures.js";
import { words } from "../../model/words.js";

const most = 1_000;
const pace = 15_000;

export class OutcomeCounts extends HTMLElement {
    #id = null;
    #outcomes = element("div", { class: "count-list" });
    #reasons = element("div", { class: "count-list" });
    #read = { from: 0, to: 0, at: 0 };
    #loading = null;

    setup(monitor) {
        this.#id = monitor;
        return this;
    }

    connectedCallback() {
        const w = words.monitor.counts;
        fill(this, element("h2", {}, w.title), this.#outcomes, element("h3", {}, w.reasons), this.#reasons);
    }

    disconnectedCallback() {
        this.#loading?.abort();
    }

    // A series of all regions.
    set series({ from, to, buckets }) {
        const sums = { up: 0, degraded: 0, down: 0, unknown: 0 };
        for (const bucket of buckets) for (const name of Object.keys(sums)) sums[name] += bucket[name];
        const all = Object.values(sums).reduce((left, right) => left + right, 0);
        fill(
            this.#outcomes,
            Object.entries(sums).map(([name, number]) => bar(outcome(name), number, all, name)),
        );
        this.#loadReasons(from, to, sums.down + sums.unknown);
    }

    async #loadReasons(from, to, failures) {
        if (failures === 0) {
            fill(this.#reasons, element("p", { class: "muted" }, words.monitor.counts.none));
            return;
        }
        const isSame = Math.abs(this.#read.to - this.#read.from - (to - from)) < 1_000;
        if (isSame && Date.now() - this.#read.at < pace) return;
        this.#read = { from, to, at: Date.now() };
        this.#loading?.abort();
        this.#loading = new AbortController();
        try {
            const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), outcome: "down,unknown", limit: most };
            const { items, nextCursor } = await api.get(`monitors/${this.#id}/results`, query, { signal: this.#loading.signal });
            const sums = new Map();
            // Repetitions would count one failure several times.
            const planned = items.filter(result => result.attempt === 0);
            for (const { reason } of planned) sums.set(reason ?? "internal", (sums.get(reason ?? "internal") ?? 0) + 1);
            const sorted = [...sums].sort((left, right) => right[1] - left[1]);
            fill(
                this.#reasons,
                sorted.map(([reason, number]) => bar(words.reasons[reason] ?? reason, number, planned.length, "down")),
                nextCursor && element("p", { class: "muted" }, words.monitor.counts.newest(count(most))),
            );
        } catch (problem) {
            if (problem.name === "AbortError") return;
            fill(this.#reasons, element("p", { class: "muted" }, problem.message));
        }
    }
}

function bar(name, number, all, kind) {
    const fillPart = element("span", { class: "count-fill", "data-kind": kind });
    fillPart.style.width = `${all > 0 ? (number / all) * 100 : 0}%`;
    return element(
        "div",
        { class: "count-row" },
        element("span", { class: "count-name" }, name),
        element("span", { class: "count-track" }, fillPart),
        element("span", { class: "count-number" }, count(number)),
        element("span", { class: "count-share muted" }, all > 0 ? percent(number / all, 1) : ""),
    );
}

customElements.define("apus-outcome-counts", OutcomeCounts);
