// The overview: everything at a glance, and the list of all monitors.
import { ApusHealthNotice } from "../../elements/apus-health-notice.js";
import { icon } from "../../elements/icon.js";
import { toastProblem } from "../../elements/apus-toast.js";
import { api } from "../../model/api.js";
import { coalesce } from "../../model/coalesce.js";
import { element, fill } from "../../model/dom.js";
import { count } from "../../model/figures.js";
import { keyboard } from "../../model/keyboard.js";
import { live } from "../../model/live.js";
import { router } from "../../model/router.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { OverviewFigures } from "./figures.js";
import { OverviewFilters } from "./filters.js";
import { MonitorList } from "./monitor-list.js";
import { Selection } from "./selection.js";
import { SelectionBar } from "./selection-bar.js";
import { CardWindows } from "./windows.js";

// A change of state may change the order: the list is read anew, once for many of them.
const patience = 1_000;
// Availability moves without any change of state.
const renewal = 30_000;

export default class OverviewPage extends HTMLElement {
    static title = () => words.overview.title;

    #windows = new CardWindows();
    #selection = new Selection();
    #figures = new OverviewFigures();
    #filters = new OverviewFilters();
    #health = new ApusHealthNotice();
    #list = new MonitorList().setup(this.#windows, this.#selection);
    #bar = new SelectionBar().setup(this.#selection);
    #found = element("p", { class: "list-found muted", role: "status" });
    #empty = element("div", { class: "empty", hidden: true });
    #view = {};
    #ends = [];
    #soon = null;
    // Rises with each other list that is shown.
    #turn = 0;

    connectedCallback() {
        this.className = "page";
        const { q, state, group, tag, region, sort, order, by } = this.query;
        this.#view = { q, state, group, tag, region, sort, order, by };
        // Asked for before anything else: a browser has few requests to one gateway under way at once.
        this.#windows.query = this.#query;
        this.#windows.want(0, 49);
        const mayEdit = session.may("editor");
        fill(
            this,
            element(
                "div",
                { class: "page-header" },
                element("h1", {}, words.overview.title),
                mayEdit && element("a", { class: "btn btn-primary", href: "monitors/new" }, icon("plus"), words.navigation.add),
            ),
            this.#health,
            this.#figures,
            this.#filters,
            this.#found,
            mayEdit && this.#bar,
            this.#list,
            this.#empty,
        );
        this.#list.classList.toggle("can-select", mayEdit);
        if (mayEdit) this.#ends.push(keyboard.on("n", words.help.add, () => router.go("monitors/new")));
        this.#figures.addEventListener("choose-state", event => this.#chooseState(event.detail));
        this.#filters.addEventListener("change-filter", event => this.#change(event.detail));
        this.#list.addEventListener("sort-list", event => this.#change(event.detail));
        this.#list.addEventListener("select-all", () => this.#selectAll());
        this.addEventListener("changed-monitors", event => {
            // The bar has gone, and with it what had the focus.
            if (event.detail.hadFocus) this.#list.focusSelectAll();
            this.#refresh();
        });
        this.#windows.addEventListener("change", () => this.#drawFound());
        this.#windows.addEventListener("problem", event => this.#fail(event.detail));
        this.#ends.push(
            live.watch([], {
                status: status => this.#take(status),
                deleted: () => this.#refreshSoon(),
                incident: () => this.#refreshSoon(),
                reset: () => this.#refresh(),
            }),
        );
        const timer = setInterval(() => this.#refresh(), renewal);
        this.#ends.push(() => clearInterval(timer));
        this.#drawView();
        this.#loadGroups();
        this.#loadOverview();
    }

    disconnectedCallback() {
        for (const end of this.#ends) end();
        clearTimeout(this.#soon);
        this.#windows.end();
    }

    get #query() {
        const { q, state, group, tag, region, sort, order, by } = this.#view;
        return { q, state, group, tag, region, sort: by === "group" ? "group" : sort, order: by === "group" ? "" : order };
    }

    #change(changes) {
        Object.assign(this.#view, changes);
        if ("sort" in changes) this.#view.by = "";
        router.setQuery({ ...this.#view, sort: this.#view.sort === "state" ? "" : this.#view.sort });
        this.#show();
    }

    #chooseState(state) {
        const chosen = new Set((this.#view.state ?? "").split(",").filter(Boolean));
        if (state === null) chosen.clear();
        else if (!chosen.delete(state)) chosen.add(state);
        this.#change({ state: [...chosen].join(",") });
    }

    // What chooses the list, as the address says.
    #drawView() {
        const { state, sort, order, by } = this.#view;
        this.#figures.chosen = (state ?? "").split(",").filter(Boolean);
        this.#filters.values = this.#view;
        this.#list.sort = by === "group" ? { sort: "group", order: "" } : { sort: sort || "state", order: order ?? "" };
    }

    #show() {
        this.#turn += 1;
        this.#drawView();
        this.#selection.clear();
        this.#windows.query = this.#query;
        this.#loadGroups();
        this.#windows.want(0, 49);
    }

    // A result shows at once; what it changes in order and numbers is read a little later.
    #take(status) {
        const isNews = this.#windows.find(status.monitor)?.state !== status.state || !status.results;
        this.#list.show(status);
        if (isNews) this.#refreshSoon();
    }

    #refreshSoon() {
        this.#soon ??= setTimeout(() => this.#refresh(), patience);
    }

    #refresh() {
        // What was done to several may be over only now.
        if (!this.isConnected) return;
        clearTimeout(this.#soon);
        this.#soon = null;
        this.#windows.refresh();
        this.#loadGroups();
        this.#list.draw();
        this.#loadOverview();
    }

    #loadOverview = coalesce(async () => {
        try {
            const overview = await api.get("overview");
            // Somebody went on meanwhile.
            if (!this.isConnected) return;
            if (overview.monitors === 0 && !overview.stale && session.may("editor")) {
                router.go("welcome", { replace: true });
                return;
            }
            this.#figures.overview = overview;
            this.#health.overview = overview;
        } catch (problem) {
            this.#fail(problem);
        }
    });

    #loadGroups = coalesce(async () => {
        if (this.#view.by !== "group") {
            this.#list.groups = null;
            return;
        }
        try {
            const { q, state, tag, group, region } = this.#view;
            const { items } = await api.get("groups", { q, state, tag, group, region });
            if (this.#view.by === "group") this.#list.groups = items;
        } catch (problem) {
            this.#fail(problem);
        }
    });

    async #selectAll() {
        if (this.#selection.size > 0) {
            this.#selection.clear();
            return;
        }
        // Those that are there now, by their ids: what comes to match later is not acted on unseen.
        const { q, state, group, tag, region } = this.#view;
        const ids = [];
        const turn = this.#turn;
        try {
            for (let cursor = ""; cursor !== null; ) {
                const page = await api.get("status", { q, state, group, tag, region, limit: 1_000, cursor });
                ids.push(...page.items.map(each => each.monitor));
                cursor = page.nextCursor;
            }
        } catch (problem) {
            toastProblem(problem);
            return;
        }
        // Another list may have been chosen meanwhile.
        if (turn === this.#turn) this.#selection.change(ids, true);
    }

    #drawFound() {
        const { total } = this.#windows;
        const { q, state, group, tag, region } = this.#view;
        const isFiltered = Boolean(q || state || group || tag || region);
        this.#found.textContent = isFiltered ? words.overview.found(count(total)) : "";
        this.#found.hidden = !isFiltered;
        this.#list.hidden = total === 0;
        this.#empty.hidden = total !== 0;
        if (total !== 0) return;
        fill(
            this.#empty,
            element("h2", {}, isFiltered ? words.overview.nothingFound : words.overview.empty),
            element("p", {}, isFiltered ? words.overview.nothingFoundHint : words.overview.emptyHint),
            isFiltered &&
                element(
                    "button",
                    {
                        type: "button",
                        class: "btn btn-secondary",
                        onclick: () => this.#change({ q: "", state: "", group: "", tag: "", region: "" }),
                    },
                    words.overview.showAll,
                ),
        );
    }

    // The frame says when the gateway is away; everything else is worth a word.
    #fail(problem) {
        if (problem.status !== 0 && problem.status !== 401) this.#found.textContent = problem.message;
        this.#found.hidden = false;
    }
}
