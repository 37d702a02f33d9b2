// One mark per region: how the last check from there went, in shape and colour, the rest on hover and for readers.
import { fill } from "../model/dom.js";
import { latency } from "../model/figures.js";
import { reasonText } from "../model/reasons.js";
import { regionFlag, regionName } from "../model/regions.js";
import { ago, now } from "../model/time.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

export class ApusDots extends HTMLElement {
    #regions = {};
    // Seconds between two checks; set before `regions`, it lets old results be no statement any more.
    interval = null;
    // Since when nobody can tell how the whole is, Unix ms; set before `regions`, it lets what was seen before be none.
    unknownSince = null;

    // The member `regions` of a status.
    set regions(regions) {
        this.#regions = regions ?? {};
        this.#draw();
    }

    #draw() {
        const names = Object.keys(this.#regions).sort();
        this.setAttribute("role", "list");
        fill(
            this,
            names.map(name => {
                const region = this.#regions[name];
                const mark = document.createElement("span");
                mark.className = "dot";
                const outcome = this.#isOld(region) ? "unknown" : region.outcome;
                mark.dataset.state = outcome;
                mark.setAttribute("role", "listitem");
                const text = words.regions.mark(
                    regionName(name),
                    words.outcomes[outcome] ?? outcome,
                    region.latencyMs === null || region.latencyMs === undefined ? null : latency(region.latencyMs),
                    reasonText(region.reason),
                );
                mark.setAttribute("aria-label", text);
                const flag = regionFlag(name);
                const seen = region.slot ? ago(Date.parse(region.slot)) : null;
                mark.title = [flag ? `${flag} ${text}` : text, seen].filter(Boolean).join("\n");
                mark.append(icon(outcome));
                return mark;
            }),
        );
        if (names.length === 0) this.removeAttribute("role");
    }

    // Seen before that, or older than the limit of a status, with the usual time limit of a check.
    #isOld({ slot }) {
        if (!slot) return false;
        if (this.unknownSince !== null && Date.parse(slot) < this.unknownSince) return true;
        if (this.interval === null) return false;
        const limit = Math.max(2.5 * this.interval, this.interval + 60) + 10;
        return now() - Date.parse(slot) > limit * 1_000;
    }
}

customElements.define("apus-dots", ApusDots);
