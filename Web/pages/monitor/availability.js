// How available the monitor was over windows that end now, and how much of them is known.
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { latency, percent } from "../../model/figures.js";
import { span } from "../../model/time.js";
import { words } from "../../model/words.js";

const windows = ["24h", "7d", "30d", "90d"];
const renewal = 60_000;

export class MonitorAvailability extends HTMLElement {
    #id = null;
    #timer = null;

    setup(monitor) {
        this.#id = monitor;
        return this;
    }

    connectedCallback() {
        this.load();
        this.#timer = setInterval(() => this.load(), renewal);
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
    }

    async load() {
        const w = words.monitor.availability;
        try {
            const { windows: all } = await api.get(`monitors/${this.#id}/uptime`, { window: windows.join() });
            fill(
                this,
                all.map(each =>
                    element(
                        "div",
                        { class: "figure" },
                        element("span", { class: "figure-name" }, w.window(words.ranges.names[each.window])),
                        element("span", { class: "figure-value" }, percent(each.availability, 3)),
                        element("span", { class: "figure-name" }, each.down > 0 ? w.down(span(each.down * 1_000)) : w.neverDown(each.availability)),
                        element("span", { class: "figure-name" }, known(each)),
                        element("span", { class: "figure-name" }, each.p50Ms === null ? w.noLatency : w.latency(latency(each.p50Ms), latency(each.p95Ms))),
                    ),
                ),
            );
        } catch (problem) {
            if (this.children.length === 0) fill(this, element("p", { class: "muted" }, problem.message));
        }
    }
}

// What the share speaks of: a monitor that is five minutes old says nothing of ninety days.
function known({ up, down, unknown, paused, coverage }) {
    const w = words.monitor.availability;
    const watched = up + down + unknown;
    if (watched === 0) return w.notWatched;
    return paused > 0.01 * (watched + paused) ? w.watched(span(watched * 1_000), percent(coverage)) : w.known(percent(coverage));
}

customElements.define("apus-monitor-availability", MonitorAvailability);
