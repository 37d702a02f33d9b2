// What could not be read: how much, and for admins the records themselves with the reason and their bytes.
import { ApusSection } from "../../elements/apus-section.js";
import { when } from "../../elements/apus-when.js";
import { element, fill } from "../../model/dom.js";
import { bytes, count } from "../../model/figures.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";

const w = words.deadLetters;
// So much is shown of each.
const mostCharacters = 2_000;
const mostBytes = 640;

export class DeadLetters extends ApusSection {
    #summary = element("span", { role: "status" });
    #shown = "";

    connectedCallback() {
        if (!session.may("admin")) {
            this.classList.add("card-box");
            fill(this, element("h2", {}, w.title), element("p", { class: "muted" }, this.#summary));
            return;
        }
        this.setup({
            path: "dead-letters",
            query: { limit: 20 },
            title: w.title,
            about: this.#summary,
            columns: [w.time, w.reason, w.where],
            row: letter => [
                when(letter.at, "time"),
                [element("span", {}, letter.reason), letter.value && content(letter)],
                [
                    element("span", { class: "mono" }, `${letter.topic} ${letter.partition}:${letter.offset}`),
                    element("div", { class: "muted" }, reader(letter), letter.key?.text && w.key(letter.key.text)),
                ],
            ],
            // The summary says it.
            empty: () => "",
        });
    }

    // How much there is, as the pipeline tells it: { deadLetters, gaps }, each [{ projection, count, newestAt }].
    set losses({ deadLetters, gaps }) {
        const text = JSON.stringify([deadLetters, gaps]);
        if (text === this.#shown) return;
        const isFirst = this.#shown === "";
        this.#shown = text;
        const sentence = (say, loss) => element("span", { class: "loss" }, say(reader(loss), loss.count, count(loss.count)), " ", when(loss.newestAt), ".");
        const sentences = [...deadLetters.map(loss => sentence(w.unreadable, loss)), ...gaps.map(loss => sentence(w.gaps, loss))];
        fill(
            this.#summary,
            sentences.length > 0 ? sentences : w.nothing,
            deadLetters.length > 0 && !session.may("admin") && element("span", { class: "loss" }, w.adminsOnly),
        );
        if (!isFirst) this.pager?.refresh();
    }
}

// Who could not read it.
function reader({ projection }) {
    return words.pipeline.kinds[projection] ?? projection;
}

function content({ size, value }) {
    return element(
        "details",
        {},
        element("summary", {}, w.content(bytes(size), value.text !== null)),
        element("pre", { class: "bytes", tabindex: "0" }, value.text !== null ? text(value.text) : hex(value.base64)),
    );
}

function text(whole) {
    return whole.length > mostCharacters ? `${whole.slice(0, mostCharacters)} …` : whole;
}

// "7b 22 76 …": what is no text.
function hex(base64) {
    const all = atob(base64);
    const digits = [...all.slice(0, mostBytes)].map(each => each.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    return all.length > mostBytes ? `${digits} …` : digits;
}

customElements.define("apus-dead-letters", DeadLetters);
