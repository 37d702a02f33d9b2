// How the monitor was over time: up, down, and hatched where nobody looked.
import { drawing, element, fill, freshID } from "../../model/dom.js";
import { percent } from "../../model/figures.js";
import { axisInset, labelledTicks, tickText } from "../../model/ticks.js";
import { local } from "../../model/time.js";
import { words } from "../../model/words.js";

const width = 1_000;
const height = 34;

export class StateTimeline extends HTMLElement {
    #hatch = freshID("hatch");
    #series = null;
    #width = 0;
    // The words below have other room then.
    #resizing = new ResizeObserver(() => this.#series && this.clientWidth !== this.#width && this.#draw());

    connectedCallback() {
        this.#resizing.observe(this);
    }

    disconnectedCallback() {
        this.#resizing.disconnect();
    }

    // A series of all regions.
    set series(series) {
        this.#series = series;
        this.#draw();
    }

    #draw() {
        const { from, to, width: bucketWidth, buckets } = this.#series;
        this.#width = this.clientWidth;
        const x = time => ((Math.min(to, Math.max(from, time)) - from) / (to - from)) * width;
        const parts = { up: "", degraded: "", down: "", unknown: "" };
        const titles = [];
        let [up, known, all, blank] = [0, 0, 0, 0];
        for (const bucket of buckets) {
            const end = Math.min(bucket.start + bucketWidth, to);
            const [left, right] = [x(bucket.start), x(end)];
            if (right <= left) continue;
            if (bucket.coverage === null) {
                blank += end - bucket.start;
                continue;
            }
            const length = end - bucket.start;
            all += length;
            known += length * bucket.coverage;
            up += length * bucket.coverage * (bucket.availability ?? 0);
            // What is not known stands below, what was down at the top: a small share stays visible.
            const unknown = share(1 - bucket.coverage);
            const down = bucket.availability === null ? 0 : share((1 - bucket.availability) * bucket.coverage);
            const good = Math.max(0, height - unknown - down);
            const isSlow = bucket.degraded > bucket.up;
            if (down > 0) parts.down += box(left, 0, right, down);
            if (good > 0 && bucket.availability !== null) parts[isSlow ? "degraded" : "up"] += box(left, down, right, good);
            if (unknown > 0) parts.unknown += box(left, height - unknown, right, unknown);
            titles.push([left, right, words.monitor.timeline.bucket(local(bucket.start), percent(bucket.availability), percent(bucket.coverage))]);
        }
        const w = words.monitor.timeline;
        const text = all === 0 ? w.nothing : [w.summary(percent(known > 0 ? up / known : null), percent(known / all), known === all), blank > 0 && w.blank].filter(Boolean).join(" ");
        this.style.setProperty("--inset", `${axisInset}px`);
        fill(
            this,
            drawing(
                "svg",
                { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": text },
                drawing(
                    "pattern",
                    { id: this.#hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
                    drawing("path", { d: "M0 0H6V6H0z", class: "hatch-ground" }),
                    drawing("path", { d: "M1.5 0V6", class: "hatch-line" }),
                ),
                drawing("path", { d: `M0 0H${width}V${height}H0z`, class: "timeline-ground" }),
                ["up", "degraded", "down"].map(name => parts[name] && drawing("path", { d: parts[name], class: `strip-${name}` })),
                parts.unknown && drawing("path", { d: parts.unknown, fill: `url(#${this.#hatch})` }),
                titles.map(([left, right, title]) =>
                    drawing("path", { d: box(left, 0, right, height), class: "timeline-touch" }, drawing("title", {}, document.createTextNode(title))),
                ),
            ),
            element(
                "div",
                { class: "timeline-axis", "aria-hidden": "true" },
                labelledTicks(from, to, this.clientWidth - axisInset).map(time => {
                    const tick = element("span", {}, tickText(time, from, to));
                    tick.style.left = `${x(time) / 10}%`;
                    return tick;
                }),
            ),
            element("p", { class: "timeline-text" }, text),
        );
    }
}

// Of the height, at least two units, so that it can be seen.
function share(part) {
    return part < 0.0005 ? 0 : Math.max(3, part * height);
}

function box(left, top, right, tall) {
    return `M${left.toFixed(2)} ${top.toFixed(1)}H${right.toFixed(2)}V${(top + tall).toFixed(1)}H${left.toFixed(2)}z`;
}

customElements.define("apus-state-timeline", StateTimeline);
