// The list of monitors: however many there are, only the rows that are seen stand in the document.
import { toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { element, fill } from "../../model/dom.js";
import { live } from "../../model/live.js";
import { words } from "../../model/words.js";
import { GroupHeading } from "./group-heading.js";
import { MonitorRow } from "./monitor-row.js";
import { Sections } from "./sections.js";

// Rows above and below what is seen.
const margin = 8;
const recentCount = 60;
// While somebody scrolls, cards are asked for this often, in milliseconds.
const pace = 120;

export class MonitorList extends HTMLElement {
    #windows = null;
    #selection = null;
    #groups = null;
    #sections = null;
    #rows = new Map();
    #headings = new Map();
    #body = element("div", { class: "list-body", role: "rowgroup" });
    #columns = element("div", { class: "list-columns", role: "row" });
    #sort = { sort: "state", order: "" };
    #watched = "";
    #endWatch = () => {};
    #drawing = null;
    #wanted = [0, 0];
    // What was wanted when it was looked at last, and when that was.
    #wantedBefore = [0, 0];
    #wantedAt = -Infinity;
    #wanting = null;
    #onScroll = () => this.#drawSoon();

    // `windows` brings the cards, `selection` holds the ids that are chosen.
    setup(windows, selection) {
        this.#windows = windows;
        this.#selection = selection;
        windows.addEventListener("change", () => this.#drawSoon());
        selection.addEventListener("change", () => this.#drawSelection());
        return this;
    }

    // The groups in the order of the list, null for a list without headings.
    set groups(groups) {
        this.#groups = groups;
        this.#drawSoon();
    }

    // By what it is sorted, as the heads of the columns show it.
    set sort(sort) {
        this.#sort = sort;
        this.#drawColumns();
    }

    connectedCallback() {
        this.setAttribute("role", "table");
        this.setAttribute("aria-label", words.overview.list);
        fill(this, element("div", { role: "rowgroup" }, this.#columns), this.#body);
        this.#drawColumns();
        this.addEventListener("select-monitor", event => this.#select(event.detail));
        addEventListener("scroll", this.#onScroll, { passive: true });
        addEventListener("resize", this.#onScroll);
    }

    disconnectedCallback() {
        removeEventListener("scroll", this.#onScroll);
        removeEventListener("resize", this.#onScroll);
        this.#endWatch();
        clearTimeout(this.#wanting);
        this.#wanting = null;
        cancelAnimationFrame(this.#drawing);
        this.#drawing = null;
    }

    // A status came: shown at once where the monitor is in the document.
    show(status) {
        const { results, ...rest } = status;
        const card = this.#windows.take(rest);
        if (!card) return;
        for (const result of results ?? []) addResult(card, result);
        for (const row of this.#rows.values()) if (row.card === card) row.draw();
    }

    // Looks anew which cards are wanted.
    draw() {
        this.#drawSoon();
    }

    #drawSoon() {
        this.#drawing ??= requestAnimationFrame(() => {
            this.#drawing = null;
            this.#draw();
        });
    }

    #draw() {
        const { total } = this.#windows;
        if (!this.isConnected) return;
        if (total === null) {
            this.#windows.want(0, 49);
            return;
        }
        const style = getComputedStyle(this);
        this.#sections = new Sections(this.#groups, total, {
            rowHeight: parseFloat(style.getPropertyValue("--row-height")),
            headingHeight: parseFloat(style.getPropertyValue("--heading-height")),
        });
        this.#body.style.height = `${this.#sections.height}px`;
        this.setAttribute("aria-rowcount", this.#sections.total + 1);
        const top = -this.#body.getBoundingClientRect().top;
        const seen = [Math.max(0, top), Math.max(0, top + innerHeight)];
        const [first, last] = this.#sections.total === 0 ? [0, -1] : this.#sections.range(...seen);
        const [from, to] = [Math.max(0, first - margin), Math.min(this.#sections.total - 1, last + margin)];
        this.#drawRows(from, to);
        this.#drawHeadings(...seen);
        this.#wanted = [from, Math.max(from, to)];
        this.#want();
        this.#watch();
    }

    #want() {
        this.#wanting ??= setTimeout(
            () => {
                this.#wanting = null;
                this.#wantedAt = performance.now();
                const [from, to] = this.#wanted;
                const [fromBefore, toBefore] = this.#wantedBefore;
                this.#wantedBefore = this.#wanted;
                // What rushes past nobody reads: it is asked for where one comes to rest.
                if (from > toBefore || to < fromBefore) this.#want();
                else this.#windows.want(from, to);
            },
            Math.max(0, this.#wantedAt + pace - performance.now()),
        );
    }

    // To where one selects and deselects everything.
    focusSelectAll() {
        this.#columns.querySelector("input").focus();
    }

    // Rows go on with the monitor they show, so that neither the focus nor a hint on hover is lost.
    #drawRows(from, to) {
        const wanted = new Map();
        for (let index = from; index <= to; index += 1) {
            const card = this.#windows.at(index);
            if (card && !wanted.has(card.monitor)) wanted.set(card.monitor, { card, index });
        }
        const focused = [...this.#rows.values()].find(row => row.contains(document.activeElement));
        let heir = null;
        if (focused && !wanted.has(focused.card.monitor)) {
            const { card, place } = focused;
            const last = this.#sections.total - 1;
            const next = this.#windows.at(Math.min(place, last));
            // Scrolled out of sight it stays where it was; where another monitor has taken its place, that gets the focus.
            if (place <= last && (place < from || place > to || !next)) wanted.set(card.monitor, { card, index: place });
            else heir = next?.monitor ?? null;
        }
        const spare = [];
        for (const [id, row] of this.#rows) {
            if (wanted.has(id)) continue;
            this.#rows.delete(id);
            // Taken last, so that it still shows what has the focus when its heir is drawn.
            if (row === focused) spare.unshift(row);
            else spare.push(row);
        }
        for (const [id, { card, index }] of wanted) {
            let row = this.#rows.get(id);
            if (!row) {
                row = spare.pop() ?? new MonitorRow();
                this.#rows.set(id, row);
            }
            if (row.card !== card) row.card = card;
            row.isSelected = this.#selection.has(id);
            row.style.transform = `translateY(${this.#sections.top(index)}px)`;
            row.setAttribute("aria-rowindex", index + 2);
            row.place = index;
            if (!row.isConnected) this.#body.append(row);
        }
        if (heir !== null) this.#rows.get(heir)?.focusLike(focused);
        for (const row of spare) row.remove();
        this.#order();
    }

    // Tab and readers go through the rows as they stand.
    #order() {
        const rows = [...this.#rows.values()].sort((left, right) => left.place - right.place);
        let before = null;
        for (const row of rows) {
            const expected = before ? before.nextElementSibling : this.#body.querySelector("apus-monitor-row");
            if (row !== expected && !row.contains(document.activeElement)) {
                if (before) before.after(row);
                else this.#body.prepend(row);
            }
            before = row;
        }
    }

    #drawHeadings(from, to) {
        const wanted = this.#groups ? this.#sections.between(from, to + 200) : [];
        const names = new Set(wanted.map(section => section.group));
        for (const [name, heading] of this.#headings) {
            if (names.has(name)) continue;
            heading.remove();
            this.#headings.delete(name);
        }
        for (const section of wanted) {
            let heading = this.#headings.get(section.group);
            if (!heading) {
                heading = new GroupHeading();
                this.#headings.set(section.group, heading);
                this.#body.append(heading);
            }
            heading.section = section;
            // The heading of the group that is seen stays below the frame's head until the next comes.
            const last = section.top + section.monitors * this.#sections.rowHeight;
            const place = Math.max(section.top, Math.min(last, from + this.#frameHeight));
            heading.style.transform = `translateY(${place}px)`;
        }
    }

    // What the frame covers of the page's top, while the list reaches under it.
    get #frameHeight() {
        const bottom = document.querySelector(".shell-header")?.getBoundingClientRect().bottom ?? 0;
        return this.#body.getBoundingClientRect().top < bottom ? bottom : 0;
    }

    // The stream tells every result of what is seen.
    #watch() {
        const ids = [...this.#rows.keys()].sort((left, right) => left - right);
        const text = ids.join(",");
        if (text === this.#watched) return;
        this.#watched = text;
        this.#endWatch();
        this.#endWatch = live.watch(ids, {});
    }

    #drawSelection() {
        for (const [id, row] of this.#rows) row.isSelected = this.#selection.has(id);
        this.#drawColumns();
    }

    // With Shift everything from the one chosen last, also what was never seen.
    async #select({ id, isOn, isRange }) {
        const { last } = this.#selection;
        const { place } = this.#rows.get(id);
        this.#selection.last = place;
        this.#selection.change([id], isOn);
        if (!isRange || last === null) return;
        try {
            const ids = await this.#windows.ids(Math.min(last, place), Math.max(last, place));
            if (ids && this.isConnected) this.#selection.change(ids, isOn);
        } catch (problem) {
            toastProblem(problem);
        }
    }

    #drawColumns() {
        const w = words.overview.columns;
        const column = (name, className, isSorted = true) => {
            if (!isSorted) return element("span", { role: "columnheader", class: className }, w[name]);
            const isThis = this.#sort.sort === name;
            const isDescending = isThis && this.#sort.order === "desc";
            return element(
                "span",
                { role: "columnheader", class: className, "aria-sort": isThis && (isDescending ? "descending" : "ascending") },
                element(
                    "button",
                    { type: "button", class: "column-button", onclick: () => this.#askSort(name) },
                    w[name],
                    isThis && icon(isDescending ? "down_arrow" : "up_arrow"),
                ),
            );
        };
        const all = element("input", {
            type: "checkbox",
            class: "form-check-input",
            "aria-label": words.overview.selectAll,
            ".checked": this.#selection?.size > 0,
            onclick: () => this.dispatchEvent(new Event("select-all")),
        });
        const focused = [...this.#columns.querySelectorAll("button, input")].indexOf(document.activeElement);
        fill(
            this.#columns,
            element("span", { role: "columnheader", class: "row-check" }, all),
            column("state", "row-state"),
            column("name", "row-title"),
            column("regions", "row-regions", false),
            column("recent", "row-strip", false),
            column("latency", "row-latency"),
            element("span", { role: "columnheader", class: "row-share row-share-1h" }, "1 h"),
            element(
                "span",
                {
                    role: "columnheader",
                    class: "row-share row-share-24h",
                    "aria-sort": this.#sort.sort === "availability" && (this.#sort.order === "desc" ? "descending" : "ascending"),
                },
                element(
                    "button",
                    { type: "button", class: "column-button", title: w.availability, onclick: () => this.#askSort("availability") },
                    "24 h",
                    this.#sort.sort === "availability" && icon(this.#sort.order === "desc" ? "down_arrow" : "up_arrow"),
                ),
            ),
            element("span", { role: "columnheader", class: "row-share row-share-30d" }, "30 d"),
            column("certificate", "row-certificate", false),
            element("span", { role: "columnheader", class: "row-bell" }, element("span", { class: "visually-hidden" }, w.bell)),
        );
        if (focused >= 0) this.#columns.querySelectorAll("button, input")[focused]?.focus();
    }

    #askSort(sort) {
        // The slowest come first at first; everything else begins with the worst, or with A.
        const first = sort === "latency" ? "desc" : "";
        const order = this.#sort.sort !== sort ? first : this.#sort.order === "desc" ? "" : "desc";
        this.dispatchEvent(new CustomEvent("sort-list", { detail: { sort, order } }));
    }
}

customElements.define("apus-monitor-list", MonitorList);

// The stream may tell again what the card has already.
function addResult(card, { outcome, latencyMs, region, slot }) {
    const time = Date.parse(slot);
    card.recent ??= [];
    if (card.recent.some(each => each[3] === time && each[2] === region && each[0] === outcome)) return;
    card.recent.push([outcome, latencyMs, region, time]);
    if (card.recent.length > recentCount) card.recent.shift();
}
