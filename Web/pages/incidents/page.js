// All incidents, newest first.
import { ApusHealthNotice } from "../../elements/apus-health-notice.js";
import { ApusIncidents } from "../../elements/apus-incidents.js";
import { ApusMonitorPicker } from "../../elements/apus-monitor-picker.js";
import { moreButton } from "../../elements/more-button.js";
import { element, fill } from "../../model/dom.js";
import { live } from "../../model/live.js";
import { Pager } from "../../model/pager.js";
import { router } from "../../model/router.js";
import { words } from "../../model/words.js";

const w = words.incidents;
const limit = 50;
// The stream tells of an incident as soon as the processor knows; the alerter writes it down a moment later.
const pace = 5_000;

export default class IncidentsPage extends HTMLElement {
    static title = () => w.title;

    #pager = null;
    #list = new ApusIncidents();
    #tabs = element("div", { class: "tabs", role: "group", "aria-label": w.state });
    #empty = element("div", { class: "empty", hidden: true });
    #more = moreButton(() => this.#pager.more());
    #problem = element("p", { class: "muted", role: "status" });
    #monitor = new ApusMonitorPicker();
    #state = "";
    #end = () => {};

    connectedCallback() {
        this.className = "page";
        this.#state = ["open", "resolved"].includes(this.query.state) ? this.query.state : "";
        this.#monitor.isSingle = true;
        this.#monitor.control.setAttribute("aria-label", w.ofMonitor);
        this.#monitor.value = [Number(this.query.monitor)].filter(id => Number.isSafeInteger(id) && id > 0);
        this.#monitor.addEventListener("change-monitors", () => this.#filter());
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, w.title), this.#tabs),
            new ApusHealthNotice(),
            element("section", { class: "card-box" }, this.#monitor, this.#list, this.#empty, this.#problem, this.#more),
        );
        this.#pager = new Pager("incidents", this.#query);
        this.#pager.addEventListener("change", () => this.#draw());
        this.#pager.addEventListener("problem", event => (this.#problem.textContent = event.detail.message));
        const refresh = () => this.#pager.refresh();
        const end = live.watch([], { incident: refresh, reset: refresh });
        const timer = setInterval(() => document.visibilityState === "visible" && refresh(), pace);
        this.#end = () => {
            end();
            clearInterval(timer);
        };
        this.#drawTabs();
        this.#pager.reload();
    }

    disconnectedCallback() {
        this.#end();
        this.#pager.end();
    }

    get #query() {
        return { limit, state: this.#state, monitor: this.#monitor.value[0] };
    }

    #filter() {
        const { state, monitor } = this.#query;
        router.setQuery({ state, monitor });
        this.#pager.query = this.#query;
    }

    #drawTabs() {
        fill(
            this.#tabs,
            ["", "open", "resolved"].map(state =>
                element(
                    "button",
                    {
                        type: "button",
                        class: "range-button",
                        "aria-pressed": String(this.#state === state),
                        onclick: () => {
                            this.#state = state;
                            this.#drawTabs();
                            this.#tabs.querySelector("[aria-pressed=true]").focus();
                            this.#filter();
                        },
                    },
                    w.filters[state || "all"],
                ),
            ),
        );
    }

    #draw() {
        const { items, hasMore } = this.#pager;
        this.#problem.textContent = "";
        this.#more.hidden = !hasMore;
        this.#list.hidden = items.length === 0;
        this.#empty.hidden = items.length > 0;
        this.#list.items = items;
        const [title, hint] = this.#monitor.value.length > 0 ? w.emptyOfMonitor : w.empty[this.#state || "all"];
        fill(this.#empty, element("h2", {}, title), element("p", {}, hint), this.#state !== "open" && element("a", { class: "btn btn-secondary", href: "channels" }, w.toChannels));
    }
}
