// How the monitor is and since when, in words.
import { ApusState, shownState } from "../../elements/apus-state.js";
import { when } from "../../elements/apus-when.js";
import { element, fill } from "../../model/dom.js";
import { latency } from "../../model/figures.js";
import { reasonText } from "../../model/reasons.js";
import { regionName } from "../../model/regions.js";
import { words } from "../../model/words.js";
import { icon } from "../../elements/icon.js";

const w = words.monitor.headline;

export class MonitorHeadline extends HTMLElement {
    #sentence = element("div", { class: "headline-sentence", role: "status" });
    #regions = element("ul", { class: "headline-regions" });
    #drawn = "";

    connectedCallback() {
        fill(this, this.#sentence, this.#regions);
    }

    // A status of the API.
    set status(status) {
        const state = shownState(status);
        const key = [state, status.since, status.incident?.id, status.incident?.acknowledgedAt, reasons(status).join()].join("|");
        if (key !== this.#drawn) {
            this.#drawn = key;
            this.#drawSentence(status, state);
        }
        this.dataset.state = state;
        // What was seen before nobody looked says nothing of now: it is not to shine green.
        const isOld = state === "unknown" || state === "paused";
        const names = Object.keys(status.regions).sort();
        fill(
            this.#regions,
            names.map(name => this.#region(name, status.regions[name], isOld)),
            names.length === 0 && element("li", { class: "muted" }, w.noRegions[state] ?? w.noRegions.new),
        );
    }

    #drawSentence(status, state) {
        const mark = new ApusState();
        mark.setAttribute("state", state);
        const why = reasons(status);
        const { incident } = status;
        fill(
            this.#sentence,
            element("p", { class: "headline-state" }, mark, " ", element("span", {}, w.since, " ", when(status.since, "for"))),
            element(
                "p",
                { class: "headline-why" },
                why.length > 0 && (state === "down" || state === "pending") ? w.because(why.join(", ")) : w.meaning[state],
                incident && [" ", element("a", { href: `incidents/${encodeURIComponent(incident.id)}` }, w.incident), incident.acknowledgedAt && ` (${words.incidents.acknowledged})`],
            ),
        );
    }

    #region(name, region, isOld) {
        const mark = isOld ? "unknown" : region.outcome;
        const text = [
            [isOld && w.before, words.outcomes[region.outcome] ?? region.outcome].filter(Boolean).join(" "),
            reasonText(region.reason),
            region.latencyMs !== null && region.outcome !== "down" && latency(region.latencyMs),
        ].filter(Boolean);
        return element(
            "li",
            { "data-state": mark },
            icon(mark),
            element("span", { class: "headline-region" }, regionName(name)),
            element("span", { class: "muted" }, text.join(", ")),
            element("span", { class: "muted" }, when(region.slot)),
        );
    }
}

// Why it fails, each reason once.
function reasons({ regions }) {
    const failing = Object.values(regions).filter(region => region.outcome === "down" && region.reason);
    const texts = failing.map(region => [reasonText(region.reason), region.code].filter(Boolean).join(" "));
    return [...new Set(texts)];
}

customElements.define("apus-monitor-headline", MonitorHeadline);
