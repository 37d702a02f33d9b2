// Where notifications go, and what was sent.
import { ApusDeliveries } from "../../elements/apus-deliveries.js";
import { confirm } from "../../elements/apus-dialog.js";
import { showSecret } from "../../elements/apus-secret.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { api, etag } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { Pager } from "../../model/pager.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { editChannel } from "./channel-form.js";

const w = words.channels;
const pace = 3_000;

export default class ChannelsPage extends HTMLElement {
    static title = () => w.title;

    #channels = [];
    #list = element("div", { class: "channel-list" });
    #empty = element("div", { class: "empty card-box", hidden: true });
    #deliveries = new ApusDeliveries();
    #none = element("p", { class: "muted" }, w.nothingSent);
    #pager = new Pager("deliveries", { limit: 25 });
    #more = element("button", { type: "button", class: "btn btn-secondary", hidden: true, onclick: () => this.#pager.more() }, words.list.more);
    #timer = null;
    #shown = "";

    connectedCallback() {
        this.className = "page";
        const add = text => session.may("editor") && element("button", { type: "button", class: "btn btn-primary", onclick: () => this.#edit(null) }, icon("plus"), text);
        fill(this.#empty, element("h2", {}, w.empty), element("p", {}, w.emptyHint), add(w.addFirst));
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, w.title), add(w.add)),
            this.#list,
            this.#empty,
            element("section", { class: "card-box" }, element("h2", {}, w.sent), this.#deliveries, this.#none, this.#more),
        );
        this.#pager.addEventListener("change", () => this.#drawDeliveries());
        this.#pager.addEventListener("problem", event => (this.#none.textContent = event.detail.message));
        this.#deliveries.addEventListener("retried", () => this.#pager.reload());
        this.#load();
        this.#timer = setInterval(() => document.visibilityState === "visible" && this.#pager.pages <= 1 && this.#pager.reload(), pace);
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
        this.#pager.end();
    }

    async #load() {
        try {
            this.#channels = (await api.get("channels", { limit: 1_000 })).items;
        } catch (problem) {
            fill(this.#list, element("p", { class: "page-message" }, problem.message));
            return;
        }
        this.#empty.hidden = this.#channels.length > 0;
        fill(this.#list, this.#channels.map(channel => this.#card(channel)));
        this.#shown = "";
        this.#deliveries.channels = new Map(this.#channels.map(channel => [channel.id, channel.name]));
        this.#pager.reload();
    }

    #card(channel) {
        const button = (drawing, text, action, kind = "secondary") =>
            element("button", { type: "button", class: `btn btn-sm btn-${kind}`, onclick: () => action().catch(toastProblem) }, icon(drawing), text);
        return element(
            "section",
            { class: "card-box channel-card" },
            element("h2", {}, channel.name),
            element(
                "p",
                { class: "muted" },
                w.kinds[channel.type] ?? channel.type,
                channel.default && element("span", { class: "tag" }, w.defaultTag),
                !channel.enabled && element("span", { class: "tag" }, icon("pause"), " ", w.disabledTag),
            ),
            session.may("editor") &&
                element(
                    "div",
                    { class: "page-actions" },
                    button("bell", w.test, () => this.#test(channel)),
                    button("edit", w.edit, () => this.#edit(channel)),
                    button("trash", w.delete, () => this.#delete(channel), "danger"),
                ),
        );
    }

    async #edit(channel) {
        const saved = await editChannel(channel);
        if (!saved) return;
        if (saved.secret) await showSecret({ title: w.secretTitle, text: w.secretText, secret: saved.secret });
        toast(w.saved(saved.name));
        this.#load();
    }

    async #test(channel) {
        await api.post(`channels/${channel.id}/test`);
        toast(w.testing(channel.name));
        this.#pager.reload();
    }

    async #delete(channel) {
        const isSure = await confirm({ title: w.deleteTitle(channel.name), text: w.deleteText, action: w.delete, isDangerous: true });
        if (!isSure) return;
        await api.delete(`channels/${channel.id}`, undefined, { etag: etag(channel) });
        this.#load();
    }

    #drawDeliveries() {
        const { items, hasMore } = this.#pager;
        this.#more.hidden = !hasMore;
        this.#none.hidden = items.length > 0;
        this.#deliveries.hidden = items.length === 0;
        const text = JSON.stringify(items);
        if (this.#shown === text) return;
        this.#shown = text;
        this.#deliveries.items = items;
    }
}
