// Everything at a glance; each state is also a filter.
import { icon } from "../../elements/icon.js";
import { element, fill } from "../../model/dom.js";
import { count } from "../../model/figures.js";
import { words } from "../../model/words.js";

const shown = ["up", "degraded", "down", "unknown"];
const others = ["pending", "recovering", "new", "paused"];

export class OverviewFigures extends HTMLElement {
    #overview = null;
    #chosen = new Set();

    // The states that the list is filtered by.
    set chosen(states) {
        this.#chosen = new Set(states);
        this.#draw();
    }

    // The answer of GET /overview.
    set overview(overview) {
        this.#overview = overview;
        this.#draw();
    }

    #draw() {
        const overview = this.#overview;
        if (!overview) return;
        const w = words.overview.figures;
        const { counts, regions } = overview;
        const { asOf, ...shownNow } = overview;
        const text = JSON.stringify([shownNow, [...this.#chosen]]);
        if (this.dataset.shown === text) return;
        this.dataset.shown = text;
        const focused = this.contains(document.activeElement) ? document.activeElement.dataset.name : null;
        this.setAttribute("role", "group");
        this.setAttribute("aria-label", w.label);
        fill(
            this,
            element(
                "button",
                { type: "button", class: "figure", "data-name": "all", "aria-pressed": String(this.#chosen.size === 0), onclick: () => this.#choose(null) },
                element("span", { class: "figure-value" }, count(overview.monitors)),
                element("span", { class: "figure-name" }, w.monitors(overview.monitors)),
            ),
            [...shown, ...others.filter(state => counts[state] > 0)].map(state =>
                element(
                    "button",
                    {
                        type: "button",
                        class: "figure",
                        "data-name": state,
                        "data-state": counts[state] > 0 && state,
                        "aria-pressed": String(this.#chosen.has(state)),
                        title: words.help.states[state],
                        onclick: () => this.#choose(state),
                    },
                    element("span", { class: "figure-value" }, icon(state), count(counts[state] ?? 0)),
                    element("span", { class: "figure-name" }, words.states[state]),
                ),
            ),
            element(
                "a",
                { class: "figure", "data-name": "incidents", href: "incidents?state=open" },
                element("span", { class: "figure-value" }, count(overview.openIncidents)),
                element("span", { class: "figure-name" }, w.incidents(overview.openIncidents)),
            ),
            element(
                "a",
                {
                    class: regions.offline > 0 || regions.online === 0 ? "figure figure-alarm" : "figure",
                    "data-name": "regions",
                    href: "pipeline",
                },
                element("span", { class: "figure-value" }, w.regions(regions.online, regions.online + regions.offline)),
                element("span", { class: "figure-name" }, w.regionsName(regions)),
            ),
            element(
                "div",
                { class: "figure" },
                element("span", { class: "figure-value" }, overview.checksPerSecond === null ? words.figures.none : w.rate(overview.checksPerSecond)),
                element("span", { class: "figure-name" }, w.checks),
            ),
        );
        // What had the focus may be gone with its last monitor.
        if (focused) (this.querySelector(`[data-name="${focused}"]`) ?? this.firstElementChild).focus();
    }

    #choose(state) {
        this.dispatchEvent(new CustomEvent("choose-state", { detail: state }));
    }
}

customElements.define("apus-overview-figures", OverviewFigures);
