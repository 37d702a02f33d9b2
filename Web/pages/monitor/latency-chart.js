// Latency over time: a line for each region, and what lies between the median and the slowest twentieth of all.
import {
    Chart,
    Filler,
    LinearScale,
    LineController,
    LineElement,
    PointElement,
    Tooltip,
} from "../../model/chart.js";
import { drawing, element, fill } from "../../model/dom.js";
import { latency } from "../../model/figures.js";
import { regionName } from "../../model/regions.js";
import { axisInset, labelledTicks, tickText } from "../../model/ticks.js";
import { local } from "../../model/time.js";
import { words } from "../../model/words.js";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

// Colour is not the only sign: each line has its own dashes.
const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4], [1, 5], [6, 2, 2, 2]];
const hiddenKey = "apus-chart-hidden";

export class LatencyChart extends HTMLElement {
    #canvas = element("canvas", { role: "img" });
    #legend = element("div", { class: "chart-legend" });
    #none = element("p", { class: "chart-none muted", hidden: true }, words.monitor.chart.none);
    #chart = null;
    #series = null;
    #interval = 60_000;
    #hidden = new Set(JSON.parse(localStorage.getItem(hiddenKey) ?? '["jitter"]'));
    #onTheme = () => this.#draw();

    // What is drawn, a MonitorSeries, and the interval of the monitor in ms: a longer gap than it explains is a gap.
    show(series, interval) {
        this.#series = series;
        this.#interval = interval;
        this.#draw();
    }

    connectedCallback() {
        fill(this, element("div", { class: "chart-canvas" }, this.#canvas, this.#none), this.#legend);
        addEventListener("apus-theme", this.#onTheme);
    }

    disconnectedCallback() {
        removeEventListener("apus-theme", this.#onTheme);
        this.#chart?.destroy();
        this.#chart = null;
    }

    #draw() {
        const all = this.#series?.all;
        if (!all || !this.isConnected) return;
        const style = getComputedStyle(this);
        const colour = name => style.getPropertyValue(`--${name}`).trim();
        const lines = this.#lines(colour);
        const { from, to } = all;
        const known = all.buckets.filter(bucket => bucket.p50Ms !== null);
        this.#none.hidden = known.length > 0;
        this.#canvas.classList.toggle("is-empty", known.length === 0);
        this.#canvas.setAttribute(
            "aria-label",
            known.length === 0
                ? words.monitor.chart.none
                : words.monitor.chart.summary(latency(known.at(-1).p50Ms), latency(Math.max(...known.map(bucket => bucket.maxMs)))),
        );
        const data = { datasets: lines.flatMap(line => line.datasets.map(set => ({ ...set, hidden: this.#hidden.has(line.key) }))) };
        const options = this.#options(from, to, colour);
        if (this.#chart) {
            this.#chart.data = data;
            this.#chart.options = options;
            this.#chart.update("none");
        } else {
            this.#chart = new Chart(this.#canvas, { type: "line", data, options });
        }
        this.#drawLegend(lines);
    }

    #lines(colour) {
        const { all, regions } = this.#series;
        // Checks in a row are never further apart than this, whichever buckets they fall into.
        const gap = this.#interval + all.width;
        const base = { pointRadius: context => (isAlone(context) ? 2 : 0), pointHitRadius: 6, borderWidth: 1.6, spanGaps: gap, tension: 0 };
        const w = words.monitor.chart;
        const band = {
            key: "band",
            label: w.band,
            colour: colour("accent"),
            isBand: true,
            datasets: [
                { ...base, label: w.p95, data: points(all, "p95Ms"), borderWidth: 0, pointRadius: 0, backgroundColor: `${colour("accent")}30`, fill: "+1" },
                { ...base, label: w.p50, data: points(all, "p50Ms"), borderWidth: 0, pointRadius: 0, borderColor: colour("accent"), backgroundColor: `${colour("accent")}30` },
            ],
        };
        const each = [...regions].map(([name, series], index) => {
            const line = colour(`series-${(index % 8) + 1}`);
            const dash = dashes[index % dashes.length];
            return {
                key: `region ${name}`,
                label: regionName(name),
                colour: line,
                dash,
                datasets: [{ ...base, label: regionName(name), data: points(series, "p50Ms"), borderColor: line, backgroundColor: line, borderDash: dash }],
            };
        });
        const jitter = {
            key: "jitter",
            label: w.jitter,
            about: w.jitterAbout,
            colour: colour("degraded"),
            dash: [1, 3],
            datasets: [{ ...base, label: w.jitter, data: points(all, "jitterMs"), borderColor: colour("degraded"), backgroundColor: colour("degraded"), borderDash: [1, 3] }],
        };
        return [...each, band, jitter];
    }

    #options(from, to, colour) {
        const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
        return {
            animation: false,
            maintainAspectRatio: false,
            normalized: true,
            interaction: { mode: "nearest", axis: "x", intersect: false },
            scales: {
                x: {
                    type: "linear",
                    min: from,
                    max: to,
                    grid: { color: colour("line"), borderColor: colour("line"), drawTicks: false },
                    afterBuildTicks: axis => {
                        axis.ticks = labelledTicks(from, to, axis.width).map(value => ({ value }));
                    },
                    // Its labels have room: the axis ends where the chart does.
                    afterFit: axis => Object.assign(axis, { paddingLeft: 0, paddingRight: 0 }),
                    ticks: { color: colour("muted"), font, autoSkip: false, maxRotation: 0, padding: 6, callback: value => tickText(value, from, to) },
                },
                y: {
                    beginAtZero: true,
                    afterFit: axis => (axis.width = axisInset),
                    grid: { color: colour("line"), drawBorder: false, drawTicks: false },
                    ticks: { color: colour("muted"), font, padding: 6, maxTicksLimit: 6, callback: value => (value === 0 ? "0" : latency(value)) },
                },
            },
            plugins: {
                tooltip: {
                    backgroundColor: colour("raised"),
                    titleColor: colour("text"),
                    bodyColor: colour("text"),
                    borderColor: colour("line-strong"),
                    borderWidth: 1,
                    titleFont: font,
                    bodyFont: font,
                    usePointStyle: true,
                    callbacks: {
                        title: items => (items.length > 0 ? local(items[0].parsed.x) : ""),
                        label: item => ` ${item.dataset.label}: ${latency(item.parsed.y)}`,
                    },
                },
            },
        };
    }

    // Our own legend: buttons that a keyboard reaches.
    #drawLegend(lines) {
        const text = JSON.stringify(lines.map(line => [line.key, line.colour, this.#hidden.has(line.key)]));
        if (this.#legend.dataset.shown === text) return;
        this.#legend.dataset.shown = text;
        const focused = [...this.#legend.children].indexOf(document.activeElement);
        fill(
            this.#legend,
            lines.map(line =>
                element(
                    "button",
                    { type: "button", class: "legend-button", title: line.about, "aria-pressed": String(!this.#hidden.has(line.key)), onclick: () => this.#toggle(line.key) },
                    drawing(
                        "svg",
                        { viewBox: "0 0 26 10", class: "legend-mark", "aria-hidden": "true" },
                        line.isBand
                            ? drawing("rect", { x: 0, y: 0, width: 26, height: 10, fill: line.colour, "fill-opacity": 0.25 })
                            : drawing("path", { d: "M0 5H26", stroke: line.colour, "stroke-width": 2, "stroke-dasharray": line.dash.join(" ") || null }),
                    ),
                    line.label,
                ),
            ),
        );
        if (focused >= 0) this.#legend.children[focused]?.focus();
    }

    #toggle(key) {
        if (!this.#hidden.delete(key)) this.#hidden.add(key);
        localStorage.setItem(hiddenKey, JSON.stringify([...this.#hidden]));
        this.#draw();
    }
}

// Buckets without checks are left out; one whose checks all failed is a break in the line.
function points(series, member) {
    return series.buckets
        .filter(bucket => bucket[member] !== null || bucket.down + bucket.unknown > 0)
        .map(bucket => ({ x: bucket.start, y: bucket[member] }));
}

// A value between two breaks has no line that shows it.
function isAlone({ dataset, dataIndex, parsed }) {
    if (!parsed) return false;
    const isBreak = point => !point || point.y === null || Math.abs(point.x - parsed.x) > dataset.spanGaps;
    return isBreak(dataset.data[dataIndex - 1]) && isBreak(dataset.data[dataIndex + 1]);
}

customElements.define("apus-latency-chart", LatencyChart);
