// How many checks went how in the range that is shown, and why some failed.
import { outcome } from "../../elements/apus-outcome.js";
import { element, fill } from "../../model/dom.js";
import { count, percent } from "../../model/figures.js";
import { reasonText } from "../../model/reasons.js";
import { words } from "../../model/words.js";

const w = words.monitor.counts;

export class OutcomeCounts extends HTMLElement {
    #outcomes = element("div", { class: "count-list" });
    #reasons = element("div", { class: "count-list" });

    connectedCallback() {
        fill(this, element("h2", {}, w.title), this.#outcomes, element("h3", {}, w.reasons), this.#reasons);
    }

    // A series of all regions.
    set series({ buckets, reasons }) {
        const sums = { up: 0, degraded: 0, down: 0, unknown: 0 };
        for (const bucket of buckets) for (const name of Object.keys(sums)) sums[name] += bucket[name];
        const all = sum(Object.values(sums));
        fill(
            this.#outcomes,
            Object.entries(sums).map(([name, number]) => bar(outcome(name), number, all, name)),
        );
        const told = sum(Object.values(reasons));
        const sorted = Object.entries(reasons).sort((left, right) => right[1] - left[1]);
        fill(
            this.#reasons,
            sorted.map(([reason, number]) => bar(reasonText(reason), number, told, "down")),
            // Single checks are kept for a shorter time than how many there were.
            told < sums.down && element("p", { class: "muted" }, told > 0 ? w.newest(count(told), count(sums.down)) : w.forgotten(count(sums.down))),
            sums.down === 0 && element("p", { class: "muted" }, all > 0 ? w.none : w.nothing),
        );
    }
}

function sum(numbers) {
    return numbers.reduce((left, right) => left + right, 0);
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
