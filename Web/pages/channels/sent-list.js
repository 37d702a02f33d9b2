// What was sent: to all channels, or to one of them.
import { ApusDeliveries } from "../../elements/apus-deliveries.js";
import { moreButton } from "../../elements/more-button.js";
import { element, fill } from "../../model/dom.js";
import { Pager } from "../../model/pager.js";
import { words } from "../../model/words.js";

const w = words.channels;
const limit = 25;
const pace = 3_000;

export class SentList extends HTMLElement {
    #pager = new Pager("deliveries", { limit });
    #deliveries = new ApusDeliveries();
    #none = element("p", { class: "muted", role: "status" });
    #more = moreButton(() => this.#pager.more());
    #channel = element("select", { class: "form-select", "aria-label": words.deliveries.channel });
    #state = element(
        "select",
        { class: "form-select", "aria-label": words.deliveries.state },
        element("option", { value: "" }, w.allStates),
        Object.entries(words.deliveries.states).map(([state, text]) => element("option", { value: state }, text)),
    );
    #timer = null;
    #shown = "";

    // The channels there are, and the filter { channel, state } to begin with; says "change-filter" with the same.
    setup(channels, { channel = "", state = "" }) {
        fill(
            this.#channel,
            element("option", { value: "" }, w.allChannels),
            channels.map(each => element("option", { value: String(each.id) }, each.name)),
        );
        this.#channel.value = channel;
        this.#state.value = state;
        // Whatever names none of them means all.
        if (this.#channel.selectedIndex < 0) this.#channel.value = "";
        if (this.#state.selectedIndex < 0) this.#state.value = "";
        this.#deliveries.channels = new Map(channels.map(each => [each.id, each.name]));
        this.#shown = "";
        this.#pager.query = this.#query;
    }

    connectedCallback() {
        this.className = "card-box";
        fill(
            this,
            element("div", { class: "section-header" }, element("h2", {}, w.sent), element("div", { class: "filters" }, this.#channel, this.#state)),
            this.#deliveries,
            this.#none,
            this.#more,
        );
        for (const control of [this.#channel, this.#state]) control.addEventListener("change", () => this.#filter());
        this.#pager.addEventListener("change", () => this.#draw());
        this.#pager.addEventListener("problem", event => (this.#none.textContent = event.detail.message));
        this.#deliveries.addEventListener("retried", () => this.#pager.reload());
        this.#timer = setInterval(() => document.visibilityState === "visible" && this.#pager.refresh(), pace);
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
        this.#pager.end();
    }

    reload() {
        if (this.#pager.pages <= 1) this.#pager.reload();
    }

    // Shows what was sent to this channel alone, and leads there.
    show(channel) {
        this.#channel.value = String(channel.id);
        this.#state.value = "";
        this.#filter();
        this.scrollIntoView({ block: "start" });
        this.#channel.focus({ preventScroll: true });
    }

    get #query() {
        return { limit, channel: this.#channel.value, state: this.#state.value };
    }

    #filter() {
        const { channel, state } = this.#query;
        this.dispatchEvent(new CustomEvent("change-filter", { detail: { channel, state } }));
        this.#pager.query = this.#query;
    }

    #draw() {
        const { items, hasMore } = this.#pager;
        const hadFocus = this.#deliveries.contains(document.activeElement);
        this.#more.hidden = !hasMore;
        this.#deliveries.hidden = items.length === 0;
        // What is tried again may have been the last in this state.
        if (hadFocus && this.#deliveries.hidden) this.#state.focus();
        const { channel, state } = this.#query;
        this.#none.textContent = items.length > 0 ? "" : state ? w.noneInState : channel ? w.nothingSentToIt : w.nothingSent;
        const text = JSON.stringify(items);
        if (this.#shown === text) return;
        this.#shown = text;
        this.#deliveries.items = items;
    }
}

customElements.define("apus-sent-list", SentList);
