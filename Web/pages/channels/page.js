// Where notifications go, and what was sent.
import { showSecret } from "../../elements/apus-secret.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { router } from "../../model/router.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { ChannelCard } from "./channel-card.js";
import { editChannel } from "./channel-form.js";
import { SentList } from "./sent-list.js";

const w = words.channels;

export default class ChannelsPage extends HTMLElement {
    static title = () => w.title;

    #list = element("div", { class: "channel-list" });
    #empty = element("div", { class: "empty card-box", hidden: true });
    #sent = new SentList();

    connectedCallback() {
        this.className = "page";
        const add = text =>
            session.may("editor") && element("button", { type: "button", class: "btn btn-primary", onclick: () => this.#add().catch(toastProblem) }, icon("plus"), text);
        fill(this.#empty, element("h2", {}, w.empty), element("p", {}, session.may("editor") ? w.emptyHint : w.emptyForViewers), add(w.addFirst));
        fill(this, element("div", { class: "page-header" }, element("h1", {}, w.title), add(w.add)), this.#list, this.#empty, this.#sent);
        this.#sent.addEventListener("change-filter", event => router.setQuery(event.detail));
        this.#load();
    }

    async #load() {
        let channels;
        try {
            channels = (await api.get("channels", { limit: 1_000 })).items;
        } catch (problem) {
            fill(this.#list, element("p", { class: "page-message" }, problem.message));
            return;
        }
        if (!this.isConnected) return;
        this.#empty.hidden = channels.length > 0;
        const focused = this.#list.contains(document.activeElement) ? document.activeElement : null;
        const id = focused?.closest("apus-channel-card").dataset.id;
        fill(this.#list, channels.map(channel => this.#card(channel)));
        // What had the focus has it again; where it is gone, the button above has it.
        if (focused) {
            const heirs = [...this.#list.querySelectorAll(`[data-id="${id}"] button`)];
            (heirs.find(each => each.textContent === focused.textContent) ?? this.querySelector(".page-header button"))?.focus();
        }
        this.#sent.setup(channels, router.query);
    }

    #card(channel) {
        const card = new ChannelCard().setup(channel);
        card.addEventListener("changed", () => this.#load());
        card.addEventListener("tested", () => this.#sent.reload());
        card.addEventListener("show-sent", () => this.#sent.show(channel));
        return card;
    }

    async #add() {
        const saved = await editChannel();
        if (!saved) return;
        this.#load();
        if (saved.secret) await showSecret({ title: w.secretTitle, text: w.secretText, secret: saved.secret });
        toast(w.saved(saved.name));
    }
}
