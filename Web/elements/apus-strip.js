// The last results of a monitor as a row of bars, the newest at the right. Height tells outcomes apart, not only colour.
import { drawing, fill } from "../model/dom.js";
import { words } from "../model/words.js";

const places = 60;
const step = 4;
const height = 24;
// From the top: up is a calm middle, down a full bar, unknown a stub that says nothing.
const bars = { up: [8, 16], degraded: [4, 20], down: [0, 24], unknown: [18, 6] };

export class ApusStrip extends HTMLElement {
    // [{ outcome }], oldest first.
    set results(results) {
        const shown = results.slice(-places);
        const paths = { up: "", degraded: "", down: "", unknown: "" };
        const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
        shown.forEach(({ outcome }, index) => {
            const [top, length] = bars[outcome] ?? bars.unknown;
            const name = bars[outcome] ? outcome : "unknown";
            paths[name] += `M${(places - shown.length + index) * step} ${top}h${step - 1}v${length}h-${step - 1}z`;
            counts[name] += 1;
        });
        this.setAttribute("role", "img");
        this.setAttribute("aria-label", words.strip.summary(shown.length, counts));
        this.title = words.strip.summary(shown.length, counts);
        fill(
            this,
            drawing(
                "svg",
                { viewBox: `0 0 ${places * step} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
                drawing("path", { d: `M0 ${height - 0.5}H${places * step}`, class: "strip-base" }),
                Object.entries(paths)
                    .filter(([, d]) => d)
                    .map(([name, d]) => drawing("path", { d, class: `strip-${name}` })),
            ),
        );
    }
}

customElements.define("apus-strip", ApusStrip);
