// How the monitor itself is: regions, processes, what could not be read, and how much is kept.
import { ApusHealthNotice } from "../../elements/apus-health-notice.js";
import { when } from "../../elements/apus-when.js";
import { icon } from "../../elements/icon.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { bytes, count } from "../../model/figures.js";
import { regionName } from "../../model/regions.js";
import { session } from "../../model/session.js";
import { duration, span } from "../../model/time.js";
import { words } from "../../model/words.js";
import { DeadLetters } from "./dead-letters.js";

const w = words.pipeline;
const pace = 5_000;
// A process reports every ten seconds.
const silence = 30;

export default class PipelinePage extends HTMLElement {
    static title = () => w.title;

    #regions = element("div");
    #processes = element("div");
    #losses = element("div");
    #storage = element("div", { class: "storage" });
    #timer = null;

    connectedCallback() {
        this.className = "page";
        const section = (title, about, content) => element("section", { class: "card-box" }, element("h2", {}, title), about && element("p", { class: "muted" }, about), content);
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, w.title)),
            new ApusHealthNotice(),
            section(w.regions, w.regionsAbout, this.#regions),
            section(w.processes, null, this.#processes),
            section(w.losses, null, this.#losses),
            session.may("admin") && new DeadLetters(),
            section(w.storage, null, this.#storage),
        );
        this.#load();
        this.#loadStorage();
        this.#timer = setInterval(() => this.#load(), pace);
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
    }

    async #load() {
        const [regions, pipeline] = await Promise.allSettled([api.get("regions"), api.get("pipeline")]);
        if (!this.isConnected) return;
        if (regions.value) this.#drawRegions(regions.value.items);
        else fill(this.#regions, element("p", { class: "muted" }, regions.reason.message));
        if (pipeline.value) {
            this.#drawProcesses(pipeline.value.processes);
            this.#drawLosses(pipeline.value);
        } else {
            fill(this.#processes, element("p", { class: "muted" }, pipeline.reason.message));
        }
    }

    #drawRegions(regions) {
        if (regions.length === 0) {
            fill(this.#regions, element("p", { class: "muted" }, w.noRegions));
            return;
        }
        const rows = regions.flatMap(region => {
            const state = !region.watching ? "down" : region.blindShares > 0 ? "degraded" : "up";
            const text = !region.watching ? w.silent : region.blindShares > 0 ? w.blind(region.blindShares, region.shares) : w.watching;
            return [
                [
                    element("span", { class: "cell-name" }, regionName(region.region)),
                    element("span", { class: "incident-state", "data-state": state }, icon(state), text),
                    count(region.shares),
                    "",
                    when(region.lastPulseAt),
                ],
                ...region.pingers.map(pinger => [element("span", { class: "muted" }, pinger.pinger), "", count(pinger.shares), load(pinger.load), when(pinger.lastPulseAt)]),
            ];
        });
        fill(this.#regions, table(w.regions, [w.region, w.state, w.shares, w.load, w.pulse], rows));
    }

    #drawProcesses(processes) {
        const rows = processes.map(process => {
            const state = process.age <= silence ? "up" : "down";
            return [
                element("span", { class: "incident-state", "data-state": state }, icon(state), state === "up" ? w.runs : w.notHeard(span(process.age * 1_000))),
                element("span", { class: "cell-name" }, w.kinds[process.kind] ?? process.kind),
                [process.instance, process.region && element("span", { class: "muted" }, ` · ${regionName(process.region)}`)],
                process.version ?? words.figures.none,
                when(process.startedAt) ?? words.figures.none,
                process.load === null ? words.figures.none : load(process.load),
                process.lag === null ? words.figures.none : duration(Math.round(process.lag * 10) / 10),
            ];
        });
        fill(this.#processes, table(w.processes, [w.state, w.process, w.instance, w.version, w.started, w.load, w.lag], rows));
    }

    #drawLosses({ deadLetters, gaps }) {
        const rows = [
            ...deadLetters.map(loss => [w.unreadable, w.kinds[loss.projection] ?? loss.projection, count(loss.count), when(loss.newestAt)]),
            ...gaps.map(loss => [w.lost, w.kinds[loss.projection] ?? loss.projection, count(loss.count), when(loss.newestAt)]),
        ];
        if (rows.length === 0) fill(this.#losses, element("p", { class: "muted" }, w.noLosses));
        else fill(this.#losses, table(w.losses, [w.what, w.process, w.count, w.newest], rows));
    }

    async #loadStorage() {
        try {
            const { bytes: size, resultsFrom, retention, tables } = await api.get("storage");
            const kept = days => (days === null ? w.forever : words.time.units.d(days));
            const facts = [
                [w.size, bytes(size)],
                [w.resultsFrom, when(resultsFrom, "time")],
                ...Object.entries(retention).map(([name, days]) => [w.keeps[name] ?? name, kept(days)]),
            ];
            fill(
                this.#storage,
                element("dl", { class: "facts" }, facts.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
                table(w.tables, [w.table, w.rows, w.size], tables.slice(0, 8).map(each => [element("span", { class: "mono" }, each.table), count(each.rows), bytes(each.bytes)])),
            );
        } catch (problem) {
            fill(this.#storage, element("p", { class: "muted" }, problem.message));
        }
    }
}

function table(label, heads, rows) {
    return element(
        "div",
        { class: "table-box", tabindex: "0", role: "region", "aria-label": label },
        element(
            "table",
            { class: "plain" },
            element("thead", {}, element("tr", {}, heads.map(text => element("th", { scope: "col" }, text)))),
            element("tbody", {}, rows.map(row => element("tr", {}, row.map(cell => element("td", {}, cell))))),
        ),
    );
}

// A share of one core as a bar and a number.
function load(share) {
    const bar = element("span", { class: "load", "aria-hidden": "true" });
    const part = element("span");
    part.style.width = `${Math.min(100, share * 100)}%`;
    bar.append(part);
    return [bar, words.figures.percent((share * 100).toFixed(share < 0.1 ? 1 : 0))];
}
