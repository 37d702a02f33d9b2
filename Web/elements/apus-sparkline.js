// Latencies as a small line; a gap where a check brought none.
import { drawing, fill } from "../model/dom.js";
import { latency } from "../model/figures.js";
import { words } from "../model/words.js";

const width = 96;
const height = 24;

export class ApusSparkline extends HTMLElement {
    // Milliseconds or null, oldest first.
    set values(values) {
        const known = values.filter(value => value !== null && value !== undefined);
        const newest = values.findLast(value => value !== null && value !== undefined) ?? null;
        this.setAttribute("role", "img");
        const text = known.length === 0 ? words.sparkline.none : words.sparkline.summary(latency(newest), latency(Math.max(...known)));
        this.setAttribute("aria-label", text);
        this.title = text;
        // From zero, so that noise of a millisecond does not look like a mountain.
        const top = Math.max(...known, 1) * 1.1;
        const x = index => (values.length < 2 ? width : (index / (values.length - 1)) * width);
        let path = "";
        let isOpen = false;
        values.forEach((value, index) => {
            if (value === null || value === undefined) {
                isOpen = false;
                return;
            }
            const point = `${x(index).toFixed(1)} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`;
            const isAlone = !isOpen && (values[index + 1] === null || values[index + 1] === undefined);
            path += isOpen ? `L${point}` : isAlone ? `M${point}h1` : `M${point}`;
            isOpen = true;
        });
        fill(
            this,
            drawing(
                "svg",
                { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
                drawing("path", { d: path, class: "sparkline", "vector-effect": "non-scaling-stroke" }),
            ),
        );
    }
}

customElements.define("apus-sparkline", ApusSparkline);
