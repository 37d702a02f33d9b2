// What checks found over a range of time: all regions together, and each by itself.
import { api } from "../../model/api.js";
import { ranges } from "../../elements/apus-ranges.js";
import { now } from "../../model/time.js";

const points = 120;
// More lines than these nobody can tell apart.
const mostRegions = 8;

export class MonitorSeries extends EventTarget {
    // { from, to, width, reasons, buckets } with times in Unix ms; null: not here yet.
    all = null;
    // The same by region.
    regions = new Map();
    #id;
    #view = { range: "1h", from: null, to: null };
    #names = [];
    #loading = null;
    #isDue = false;
    #last = 0;
    #timer = null;

    constructor(id) {
        super();
        this.#id = id;
    }

    // { range, from, to }, as of the choice of ranges.
    set view(view) {
        this.#view = view;
        this.#loading?.abort();
        this.#loading = null;
        this.load();
    }

    // The regions to be shown one by one; read anew when they are others.
    set names(names) {
        const few = names.slice(0, mostRegions);
        if (few.join() === this.#names.join()) return;
        this.#names = few;
        this.refresh();
    }

    // A check came: reads anew, at once in a short range, and now and then in a long one, which it moves little.
    refresh() {
        if (this.#view.range === "own" && this.all) return;
        const pace = { live: 1_500, "1h": 10_000 }[this.#view.range] ?? 60_000;
        if (this.#names.length > 0 && this.regions.size !== this.#names.length) this.#last = 0;
        this.#timer ??= setTimeout(() => {
            this.#timer = null;
            this.load();
        }, Math.max(50, this.#last + pace - Date.now()));
    }

    end() {
        this.#isDue = false;
        clearTimeout(this.#timer);
        this.#loading?.abort();
    }

    async load() {
        if (this.#loading) {
            this.#isDue = true;
            return;
        }
        const loading = new AbortController();
        this.#loading = loading;
        this.#last = Date.now();
        const { range } = this.#view;
        const to = range === "own" ? this.#view.to : now();
        const from = range === "own" ? this.#view.from : to - ranges[range];
        const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), points };
        const read = async region => parse(await api.get(`monitors/${this.#id}/series`, { ...query, region }, { signal: loading.signal }));
        try {
            const names = this.#names;
            const [all, ...each] = await Promise.all([read(), ...names.map(read)]);
            if (loading.signal.aborted) return;
            this.all = { ...all, from, to };
            this.regions = new Map(names.map((name, index) => [name, each[index]]));
            this.dispatchEvent(new Event("change"));
        } catch (problem) {
            if (!loading.signal.aborted) this.dispatchEvent(new CustomEvent("problem", { detail: problem }));
        } finally {
            if (this.#loading === loading) this.#loading = null;
            if (this.#isDue && !this.#loading) {
                this.#isDue = false;
                this.refresh();
            }
        }
    }
}

function parse(series) {
    return {
        width: series.width * 1_000,
        from: Date.parse(series.from),
        to: Date.parse(series.to),
        reasons: series.reasons,
        buckets: series.buckets.map(bucket => ({ ...bucket, start: Date.parse(bucket.start) })),
    };
}
