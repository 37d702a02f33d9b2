// Every check of a monitor: filtered, sorted, and each opened to its phases.
import { outcome } from "../../elements/apus-outcome.js";
import { when } from "../../elements/apus-when.js";
import { icon } from "../../elements/icon.js";
import { momentInput } from "../../elements/moment-input.js";
import { moreButton } from "../../elements/more-button.js";
import { element, fill } from "../../model/dom.js";
import { latency } from "../../model/figures.js";
import { Pager } from "../../model/pager.js";
import { reasonText } from "../../model/reasons.js";
import { regionName } from "../../model/regions.js";
import { fromInput, now } from "../../model/time.js";
import { words } from "../../model/words.js";
import { CheckWaterfall } from "./check-waterfall.js";

const limit = 25;
const pace = 2_000;
const day = 86_400_000;

export class CheckLog extends HTMLElement {
    #pager = null;
    #view = { sort: "slot", order: "desc" };
    #open = null;
    #body = element("tbody");
    #heads = element("tr");
    #more = moreButton(() => this.#pager.more());
    #text = element("p", { class: "muted", role: "status" });
    #region = select(words.monitor.log.region);
    #outcome = select(words.monitor.log.outcome, Object.entries(words.outcomes), words.monitor.log.allOutcomes);
    #reason = select(words.monitor.log.reason, Object.entries(words.reasons), words.monitor.log.allReasons);
    #from = momentInput();
    #to = momentInput();
    #timer = null;

    setup(monitor) {
        this.#pager = new Pager(`monitors/${monitor}/results`, this.#query);
        this.#pager.addEventListener("change", () => this.#draw());
        this.#pager.addEventListener("problem", event => (this.#text.textContent = event.detail.message));
        return this;
    }

    // The regions that one can choose.
    set regions(names) {
        const chosen = this.#region.value;
        const text = names.join();
        if (this.#region.dataset.names === text) return;
        this.#region.dataset.names = text;
        fill(
            this.#region,
            element("option", { value: "" }, words.monitor.log.allRegions),
            names.map(name => element("option", { value: name }, regionName(name))),
        );
        this.#region.value = names.includes(chosen) ? chosen : "";
    }

    connectedCallback() {
        for (const control of [this.#region, this.#outcome, this.#reason, this.#from, this.#to]) {
            control.addEventListener("change", () => this.#filter());
        }
        this.regions = [];
        fill(
            this,
            element("div", { class: "filters" }, this.#region, this.#outcome, this.#reason, element("div", { class: "filter-range" }, labelled(words.ranges.from, this.#from), labelled(words.ranges.to, this.#to))),
            element(
                "div",
                { class: "table-box", tabindex: "0", role: "region", "aria-label": words.monitor.log.title },
                element("table", { class: "plain log" }, element("thead", {}, this.#heads), this.#body),
            ),
            this.#text,
            this.#more,
        );
        this.#drawHeads();
        this.#pager.reload();
    }

    disconnectedCallback() {
        clearTimeout(this.#timer);
        this.#pager.end();
    }

    // A check came: it appears by itself, unless somebody reads on or has opened one.
    refresh() {
        if (this.#pager.pages > 1 || this.#open !== null) return;
        this.#timer ??= setTimeout(() => {
            this.#timer = null;
            if (this.#open === null) this.#pager.refresh();
        }, pace);
    }

    get #query() {
        const from = fromInput(this.#from.value);
        const to = fromInput(this.#to.value);
        const { sort, order } = this.#view;
        // The slowest of all time would have to be looked for among millions.
        const start = from ?? (sort === "latency" ? (to ?? now()) - day : null);
        return {
            limit,
            region: this.#region.value,
            outcome: this.#outcome.value,
            reason: this.#reason.value,
            from: start === null ? null : new Date(start).toISOString(),
            to: to === null ? null : new Date(to).toISOString(),
            sort: sort === "slot" ? null : sort,
            order: order === "desc" ? null : order,
        };
    }

    #filter() {
        this.#open = null;
        this.#pager.query = this.#query;
    }

    #sort(name) {
        const { sort, order } = this.#view;
        this.#view = { sort: name, order: sort === name && order === "desc" ? "asc" : "desc" };
        this.#drawHeads();
        this.#filter();
    }

    #drawHeads() {
        const w = words.monitor.log;
        const sortable = (name, text, isNumber) =>
            element(
                "th",
                { scope: "col", class: isNumber && "number", "aria-sort": this.#view.sort !== name ? "none" : this.#view.order === "asc" ? "ascending" : "descending" },
                element(
                    "button",
                    { type: "button", class: "column-button", onclick: () => this.#sort(name) },
                    text,
                    this.#view.sort === name && icon(this.#view.order === "asc" ? "up_arrow" : "down_arrow"),
                ),
            );
        fill(
            this.#heads,
            element("th", { scope: "col" }, element("span", { class: "visually-hidden" }, w.open)),
            sortable("slot", w.time),
            element("th", { scope: "col" }, w.region),
            element("th", { scope: "col" }, w.outcome),
            sortable("latency", w.latency, true),
            element("th", { scope: "col" }, w.reason),
        );
    }

    #draw() {
        const { items, hasMore } = this.#pager;
        this.#more.hidden = !hasMore;
        const w = words.monitor.log;
        this.#text.textContent = items.length === 0 ? w.none : this.#view.sort === "latency" && this.#from.value === "" ? w.lastDay : "";
        fill(this.#body, items.flatMap(result => this.#row(result)));
    }

    #row(result) {
        const key = `${result.slot} ${result.region} ${result.attempt}`;
        const isOpen = key === this.#open;
        const row = element(
            "tr",
            { class: isOpen && "is-open" },
            element(
                "td",
                {},
                element(
                    "button",
                    {
                        type: "button",
                        class: "button-icon",
                        "aria-expanded": String(isOpen),
                        "aria-label": words.monitor.log.openOne(regionName(result.region)),
                        onclick: () => this.#toggle(key),
                    },
                    icon(isOpen ? "down_arrow" : "right_arrow"),
                ),
            ),
            element("td", {}, when(result.slot, "time"), result.attempt > 0 && element("span", { class: "tag" }, words.monitor.log.attemptOf(result.attempt))),
            element("td", {}, regionName(result.region)),
            element("td", {}, outcome(result.outcome)),
            element("td", { class: "number" }, latency(result.latencyMs)),
            element("td", { class: "log-reason" }, [reasonText(result.reason), result.code && `${result.code}`, result.detail].filter(Boolean).join(" · ")),
        );
        if (!isOpen) return [row];
        const waterfall = new CheckWaterfall();
        waterfall.result = result;
        return [row, element("tr", { class: "log-detail" }, element("td", { colspan: "6" }, waterfall))];
    }

    #toggle(key) {
        const index = [...this.#body.querySelectorAll("button")].indexOf(document.activeElement);
        this.#open = this.#open === key ? null : key;
        this.#draw();
        this.#body.querySelectorAll("button")[index]?.focus();
    }
}

function select(label, options = [], all = "") {
    return element(
        "select",
        { class: "form-select", "aria-label": label },
        all && element("option", { value: "" }, all),
        options.map(([value, text]) => element("option", { value }, text)),
    );
}

function labelled(text, control) {
    return element("label", { class: "filter-moment" }, text, control);
}

customElements.define("apus-check-log", CheckLog);
