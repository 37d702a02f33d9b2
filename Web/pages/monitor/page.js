// One monitor: how it is, how it was, and every check.
import { ApusHealthNotice } from "../../elements/apus-health-notice.js";
import { ApusIncidents } from "../../elements/apus-incidents.js";
import { ApusRanges, ranges } from "../../elements/apus-ranges.js";
import { icon } from "../../elements/icon.js";
import { api, ApiProblem } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { live } from "../../model/live.js";
import { router } from "../../model/router.js";
import { session } from "../../model/session.js";
import { duration } from "../../model/time.js";
import { setTitle } from "../../model/title.js";
import { words } from "../../model/words.js";
import { MonitorActions } from "./actions.js";
import { MonitorAvailability } from "./availability.js";
import { CheckLog } from "./check-log.js";
import { MonitorHeadline } from "./headline.js";
import { LatencyChart } from "./latency-chart.js";
import { OutcomeCounts } from "./outcome-counts.js";
import { MonitorSeries } from "./series.js";
import { StateTimeline } from "./state-timeline.js";

const w = words.monitor;
const shownIncidents = 10;

export default class MonitorPage extends HTMLElement {
    static title = () => w.title;

    #id = null;
    #monitor = null;
    #status = null;
    #series = null;
    #heading = element("h1", { class: "ellipsis" });
    #about = element("p", { class: "monitor-about muted" });
    #headline = new MonitorHeadline();
    #actions = new MonitorActions();
    #ranges = new ApusRanges();
    #chart = new LatencyChart();
    #timeline = new StateTimeline();
    #counts = new OutcomeCounts();
    #incidents = new ApusIncidents();
    #moreIncidents = element("a", { class: "btn btn-sm btn-secondary", hidden: true }, words.incidents.allOfMonitor);
    #noIncidents = element("p", { class: "muted", hidden: true }, w.noIncidents);
    #log = new CheckLog();
    #problem = element("p", { class: "muted", role: "status" });
    #ends = [];

    async connectedCallback() {
        this.className = "page";
        this.#id = Number(this.params.id);
        try {
            [this.#monitor, this.#status] = await Promise.all([api.get(`monitors/${this.params.id}`), api.get(`monitors/${this.params.id}/status`)]);
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            fill(this, element("p", { class: "page-message" }, problem.status === 404 ? w.notFound : problem.message));
            return;
        }
        if (this.isConnected) this.#start();
    }

    disconnectedCallback() {
        this.#end();
    }

    // Asks for nothing any more.
    #end() {
        for (const end of this.#ends.splice(0)) end();
        this.#series?.end();
    }

    #start() {
        this.#series = new MonitorSeries(this.#id);
        this.#incidents.withMonitor = false;
        fill(
            this,
            element("p", { class: "breadcrumb" }, element("a", { href: "./" }, words.overview.title), icon("right_arrow")),
            element("div", { class: "page-header" }, this.#heading, session.may("editor") && this.#actions),
            this.#about,
            new ApusHealthNotice(),
            element("section", { class: "card-box monitor-now" }, this.#headline),
            new MonitorAvailability().setup(this.#id),
            element(
                "section",
                { class: "card-box" },
                element("div", { class: "section-header" }, element("h2", {}, w.chart.title), this.#ranges),
                this.#problem,
                this.#chart,
                element("h3", { class: "timeline-title" }, w.timeline.title),
                this.#timeline,
            ),
            element(
                "div",
                { class: "columns" },
                element("section", { class: "card-box" }, this.#counts),
                element("section", { class: "card-box" }, element("h2", {}, words.incidents.title), this.#incidents, this.#noIncidents, this.#moreIncidents),
            ),
            element("section", { class: "card-box" }, element("h2", {}, w.log.title), this.#log.setup(this.#id)),
        );
        this.#series.addEventListener("change", () => this.#drawSeries());
        this.#series.addEventListener("problem", event => (this.#problem.textContent = event.detail.message));
        this.#actions.addEventListener("changed-monitor", event => this.isConnected && this.#take(event.detail));
        this.#ranges.addEventListener("change-range", event => this.#choose(event.detail));
        this.#ends.push(
            live.watch([this.#id], {
                status: status => status.monitor === this.#id && this.#see(status),
                incident: incident => incident.monitor === this.#id && this.#loadIncidents(),
                deleted: id => id === this.#id && this.#showDeleted(),
                reset: () => this.#reload(),
            }),
        );
        // Time goes on without checks, too: what nobody saw has to be drawn as unknown. And the alerter writes an incident
        // down a moment after the stream tells of it.
        const timer = setInterval(() => {
            this.#series.refresh();
            if (document.visibilityState === "visible") this.#loadIncidents();
        }, 5_000);
        this.#ends.push(() => clearInterval(timer));
        this.#take(this.#monitor);
        this.#see(this.#status);
        const { range, from, to } = this.query;
        const [first, last] = [Number(from), Number(to)];
        const view = range === "own" && first < last ? { range, from: first, to: last } : { range: ranges[range] ? range : "1h", from: null, to: null };
        this.#ranges.value = view;
        this.#series.view = view;
        this.#loadIncidents();
    }

    #showDeleted() {
        this.#end();
        fill(this, element("p", { class: "page-message" }, w.isDeleted));
    }

    // The definition is another one.
    #take(monitor) {
        this.#monitor = monitor;
        setTitle(monitor.name);
        this.#heading.textContent = monitor.name;
        this.#heading.title = monitor.name;
        this.#actions.monitor = monitor;
        const isLink = monitor.type === "http" && /^https?:/.test(monitor.target);
        fill(
            this.#about,
            isLink
                ? element("a", { href: monitor.target, target: "_blank", rel: "noopener noreferrer" }, monitor.target, " ", icon("external"))
                : element("span", { class: "mono" }, monitor.target),
            element("span", {}, w.every(duration(monitor.interval), duration(monitor.timeout))),
            element("span", {}, w.rule(monitor.failureThreshold, monitor.recoveryThreshold)),
            monitor.group && element("a", { href: `./?group=${encodeURIComponent(monitor.group)}` }, monitor.group),
            monitor.tags.map(tag => element("a", { class: "tag", href: `./?tag=${encodeURIComponent(tag)}` }, tag)),
        );
    }

    // A result came, or the state changed.
    #see(status) {
        const { results, ...rest } = status;
        this.#status = { ...this.#status, ...rest };
        this.#headline.status = this.#status;
        const names = Object.keys(this.#status.regions).sort();
        this.#series.names = names;
        this.#log.regions = names;
        if (status.generation > this.#monitor.generation) this.#loadMonitor();
        this.#series.refresh();
        this.#log.refresh();
    }

    #choose({ range, from, to }) {
        router.setQuery({ range: range === "1h" ? "" : range, from, to });
        this.#series.view = { range, from, to };
    }

    #drawSeries() {
        this.#problem.textContent = "";
        this.#chart.show(this.#series, this.#monitor.interval * 1_000);
        this.#timeline.series = this.#series.all;
        this.#counts.series = this.#series.all;
    }

    async #reload() {
        try {
            const status = await api.get(`monitors/${this.#id}/status`);
            if (!this.isConnected) return;
            this.#see(status);
            this.#loadIncidents();
        } catch {
            // The frame says that the gateway is away.
        }
    }

    async #loadMonitor() {
        try {
            const monitor = await api.get(`monitors/${this.#id}`);
            // The title may belong to another page by now.
            if (this.isConnected) this.#take(monitor);
        } catch {
            // It is read again with the next change.
        }
    }

    async #loadIncidents() {
        try {
            const { items, nextCursor } = await api.get("incidents", { monitor: this.#id, limit: shownIncidents });
            this.#moreIncidents.href = `incidents?monitor=${this.#id}`;
            this.#moreIncidents.hidden = nextCursor === null;
            this.#incidents.hidden = items.length === 0;
            this.#noIncidents.hidden = items.length > 0;
            this.#incidents.items = items;
        } catch (problem) {
            this.#noIncidents.hidden = false;
            this.#noIncidents.textContent = problem.message;
        }
    }
}
