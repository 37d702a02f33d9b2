// How the monitor itself is: regions, processes, what could not be read, and how much is kept.
import { ApusHealthNotice } from "../../elements/apus-health-notice.js";
import { when } from "../../elements/apus-when.js";
import { facts } from "../../elements/facts.js";
import { StackedTable } from "../../elements/stacked-table.js";
import { stateMark } from "../../elements/state-mark.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { bytes, count } from "../../model/figures.js";
import { regionName } from "../../model/regions.js";
import { duration } from "../../model/time.js";
import { words } from "../../model/words.js";
import { DeadLetters } from "./dead-letters.js";

const w = words.pipeline;
const pace = 5_000;
// A process reports every ten seconds.
const silence = 30;
// Without one of each nothing goes on.
const needed = ["processor", "alerter", "pinger"];

export default class PipelinePage extends HTMLElement {
    static title = () => w.title;

    #regions = element("div");
    #regionTable = new StackedTable(w.regions, [w.region, w.state, w.shares, w.load, w.pulse]);
    #processes = element("div");
    #processTable = new StackedTable(w.processes, [w.state, w.process, w.instance, w.version, w.started, w.load, w.lag]);
    #losses = new DeadLetters();
    #storage = element("div", { class: "storage" });
    #timer = null;
    #storageTimer = null;

    connectedCallback() {
        this.className = "page";
        const section = (title, about, content) => element("section", { class: "card-box" }, element("h2", {}, title), about && element("p", { class: "muted" }, about), content);
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, w.title)),
            new ApusHealthNotice(),
            section(w.regions, w.regionsAbout, this.#regions),
            section(w.processes, null, this.#processes),
            this.#losses,
            section(w.storage, null, this.#storage),
        );
        this.#load();
        this.#loadStorage();
        this.#timer = setInterval(() => this.#load(), pace);
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
        clearTimeout(this.#storageTimer);
    }

    async #load() {
        const [regions, pipeline] = await Promise.allSettled([api.get("regions"), api.get("pipeline")]);
        if (!this.isConnected) return;
        if (regions.value) this.#drawRegions(regions.value.items);
        else put(this.#regions, element("p", { class: "muted" }, regions.reason.message));
        if (pipeline.value) {
            this.#drawProcesses(pipeline.value.processes);
            this.#losses.losses = pipeline.value;
        } else {
            put(this.#processes, element("p", { class: "muted" }, pipeline.reason.message));
        }
    }

    #drawRegions(regions) {
        if (regions.length === 0) {
            put(this.#regions, element("p", { class: "muted" }, w.noRegions));
            return;
        }
        const rows = regions.flatMap(region => {
            const state = !region.watching ? "down" : region.blindShares > 0 ? "degraded" : "up";
            const text = !region.watching ? w.silent : region.blindShares > 0 ? w.blind(region.blindShares, region.shares) : w.watching;
            return [
                [
                    element("span", { class: "cell-name" }, regionName(region.region)),
                    stateMark(state, text),
                    count(region.shares),
                    "",
                    when(region.lastPulseAt),
                ],
                ...region.pingers.map(pinger => [element("span", { class: "muted" }, pinger.pinger), "", count(pinger.shares), load(pinger.load), when(pinger.lastPulseAt)]),
            ];
        });
        this.#regionTable.draw(rows.map(cells => ({ cells })));
        put(this.#regions, this.#regionTable.node);
    }

    #drawProcesses(processes) {
        const order = { silent: 0, runs: 1, replaced: 2 };
        const none = words.figures.none;
        const missing = needed.filter(kind => !processes.some(process => process.kind === kind));
        const rows = processes
            .map(process => ({ process, state: stateOf(process, processes) }))
            .sort((left, right) => order[left.state] - order[right.state])
            .map(({ process, state }) => {
                // What it said last is not how it is.
                const runs = state === "runs";
                return [
                    processState(process, state),
                    element("span", { class: "cell-name" }, w.kinds[process.kind] ?? process.kind),
                    [process.instance, process.region && element("span", { class: "muted" }, ` · ${regionName(process.region)}`)],
                    process.version ?? none,
                    when(process.startedAt) ?? none,
                    runs ? load(process.load) : none,
                    runs && process.lag !== null ? duration(Math.round(process.lag * 10) / 10) : none,
                ];
            });
        rows.unshift(...missing.map(kind => [stateMark("down", w.noneRuns), element("span", { class: "cell-name" }, w.kinds[kind]), none, none, none, none, none]));
        this.#processTable.draw(rows.map(cells => ({ cells })));
        put(this.#processes, this.#processTable.node);
    }

    async #loadStorage() {
        try {
            const { bytes: size, resultsFrom, retention, tables } = await api.get("storage");
            // In one order, whoever keeps what.
            const names = [...Object.keys(w.keeps).filter(name => name in retention), ...Object.keys(retention).filter(name => !(name in w.keeps))];
            const kept = days => (days === null ? w.forever : words.time.units.d(days));
            const table = new StackedTable(w.tables, [w.table, w.rows, w.size]);
            table.draw(tables.slice(0, 8).map(each => ({ cells: [element("span", { class: "mono" }, each.table), count(each.rows), bytes(each.bytes)] })));
            fill(
                this.#storage,
                facts([
                    [w.size, bytes(size)],
                    [w.resultsFrom, when(resultsFrom, "time") ?? words.figures.none],
                    ...names.map(name => [w.keeps[name] ?? name, kept(retention[name])]),
                ]),
                table.node,
            );
        } catch (problem) {
            fill(this.#storage, element("p", { class: "muted" }, problem.message));
            if (this.isConnected) this.#storageTimer = setTimeout(() => this.#loadStorage(), pace);
        }
    }
}

// Shows it in this place, unless it stands there already: what has the focus keeps it.
function put(place, node) {
    if (place.firstChild !== node) fill(place, node);
}

// "runs", "silent", or "replaced": another of its kind began after it was heard last.
function stateOf({ kind, region, age, seenAt }, processes) {
    if (age <= silence) return "runs";
    const isReplaced = processes.some(
        other => other.kind === kind && other.region === region && other.age <= silence && other.startedAt !== null && Date.parse(other.startedAt) >= Date.parse(seenAt),
    );
    return isReplaced ? "replaced" : "silent";
}

function processState({ seenAt }, state) {
    const mark = { runs: "up", silent: "down", replaced: "paused" }[state];
    const text = { runs: w.runs, silent: [w.silentFor, " ", when(seenAt, "for")], replaced: w.replaced }[state];
    return stateMark(mark, element("span", {}, text));
}

// A share of one core as a bar and a number; null: it has not been said.
function load(share) {
    if (share === null) return words.figures.none;
    const bar = element("span", { class: "load", "aria-hidden": "true" });
    const part = element("span");
    part.style.width = `${Math.min(100, share * 100)}%`;
    bar.append(part);
    return [bar, words.figures.percent((share * 100).toFixed(share < 0.1 ? 1 : 0))];
}
