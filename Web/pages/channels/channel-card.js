// One channel: what it is, what can be done with it, and how its last test went.
import { confirm } from "../../elements/apus-dialog.js";
import { showSecret } from "../../elements/apus-secret.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { stateMark } from "../../elements/state-mark.js";
import { api, etag } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { latency } from "../../model/figures.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { editChannel } from "./channel-form.js";

const w = words.channels;
const pace = 400;
// A refusal is tried twice again, after five and fifteen seconds, and a receiver may take ten each time; what takes longer
// is seen below.
const patience = 60_000;

export class ChannelCard extends HTMLElement {
    #channel = null;
    #test = element("p", { class: "channel-test", role: "status" });
    #turn = 0;

    // A channel of the API; says "changed" when it is another one or gone, "tested" once a test is on its way, and
    // "show-sent" where somebody wants to see what was sent to it.
    setup(channel) {
        this.#channel = channel;
        this.dataset.id = channel.id;
        this.className = "card-box channel-card";
        fill(
            this,
            element("h2", {}, channel.name),
            element(
                "p",
                { class: "muted" },
                w.kinds[channel.type] ?? channel.type,
                channel.default && element("span", { class: "tag" }, w.defaultTag),
                !channel.enabled && element("span", { class: "tag" }, icon("pause"), " ", w.disabledTag),
            ),
            element(
                "div",
                { class: "page-actions" },
                session.may("editor") && [
                    // Nothing is sent to one that is switched off, not even a test.
                    channel.enabled && this.#button("bell", w.test, () => this.#sendTest()),
                    this.#button("edit", w.edit, () => this.#edit()),
                    channel.type === "webhook" && this.#button("lock", w.rotate, () => this.#rotate()),
                ],
                this.#button("overview", w.showSent, async () => this.#say("show-sent")),
                session.may("editor") && this.#button("trash", w.delete, () => this.#delete(), "danger"),
            ),
            this.#test,
        );
        return this;
    }

    disconnectedCallback() {
        this.#turn += 1;
    }

    #button(drawing, text, action, kind = "secondary") {
        return element("button", { type: "button", class: `btn btn-sm btn-${kind}`, onclick: () => action().catch(toastProblem) }, icon(drawing), text);
    }

    #say(what) {
        this.dispatchEvent(new CustomEvent(what, { detail: this.#channel }));
    }

    // Follows a test until it was delivered or refused.
    async #sendTest() {
        const turn = ++this.#turn;
        this.#tell("pending", w.testing.underWay);
        let number;
        try {
            number = (await api.post(`channels/${this.#channel.id}/test`)).delivery;
        } catch (problem) {
            fill(this.#test);
            throw problem;
        }
        this.#say("tested");
        try {
            if (await this.#follow(turn, number)) this.#say("tested");
            else if (turn === this.#turn) this.#tell("unknown", w.testing.unknown);
        } catch (problem) {
            if (turn !== this.#turn) return;
            this.#tell("unknown", w.testing.unknown);
            throw problem;
        }
    }

    // Whether it came to an end while somebody waited for it.
    async #follow(turn, number) {
        for (const begun = performance.now(); performance.now() - begun < patience; ) {
            const { items } = await api.get("deliveries", { channel: this.#channel.id, limit: 20 });
            if (turn !== this.#turn) return false;
            const delivery = items.find(each => each.id === number);
            if (!delivery) return false;
            if (this.#draw(delivery)) return true;
            await new Promise(resolve => setTimeout(resolve, pace));
        }
        return false;
    }

    // Whether there is nothing more to wait for: a first failure may be mended by the next try.
    #draw({ state, lastError, createdAt, deliveredAt }) {
        if (state === "pending") {
            if (lastError !== null) this.#tell("pending", w.testing.failing(lastError));
            return false;
        }
        if (state === "delivered") this.#tell("up", w.testing.delivered(latency(Date.parse(deliveredAt) - Date.parse(createdAt))));
        else this.#tell("down", w.testing.failed(lastError ?? ""));
        return true;
    }

    #tell(state, text) {
        fill(this.#test, stateMark(state, text));
    }

    async #edit() {
        const saved = await editChannel(this.#channel);
        // It was called off, perhaps since somebody else was quicker.
        if (!saved) return this.#say("changed");
        // One of another kind that became a webhook.
        if (saved.secret) await this.#show(saved.secret, w.secretText);
        toast(w.saved(saved.name));
        this.#say("changed");
    }

    async #rotate() {
        const isSure = await confirm({ title: w.rotateTitle(this.#channel.name), text: w.rotateText, action: w.rotate });
        if (!isSure) return;
        const { secret } = await api.post(`channels/${this.#channel.id}/secret`, undefined, { etag: etag(this.#channel) });
        await this.#show(secret, w.rotatedText);
        this.#say("changed");
    }

    #show(secret, text) {
        return showSecret({ title: w.secretTitle, text, secret });
    }

    async #delete() {
        const isSure = await confirm({ title: w.deleteTitle(this.#channel.name), text: w.deleteText, action: w.delete, isDangerous: true });
        if (!isSure) return;
        await api.delete(`channels/${this.#channel.id}`, undefined, { etag: etag(this.#channel) });
        toast(w.deleted(this.#channel.name));
        this.#say("changed");
    }
}

customElements.define("apus-channel-card", ChannelCard);
