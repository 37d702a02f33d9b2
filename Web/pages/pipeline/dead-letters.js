// Records that nobody could read, with the reason and their bytes, for admins.
import { ApusSection } from "../../elements/apus-section.js";
import { when } from "../../elements/apus-when.js";
import { element } from "../../model/dom.js";
import { bytes } from "../../model/figures.js";
import { words } from "../../model/words.js";

const w = words.deadLetters;
const most = 2_000;

export class DeadLetters extends ApusSection {
    connectedCallback() {
        this.setup({
            path: "dead-letters",
            query: { limit: 20 },
            title: w.title,
            columns: [w.time, w.where, w.reason],
            row: letter => [
                when(letter.at, "time"),
                [element("span", { class: "mono" }, `${letter.topic} ${letter.partition}:${letter.offset}`), element("div", { class: "muted" }, words.pipeline.kinds[letter.projection] ?? letter.projection)],
                [element("span", {}, letter.reason), letter.value && content(letter)],
            ],
            empty: w.empty,
        });
    }
}

function content({ size, value }) {
    const text = value.text ?? hex(value.base64);
    return element(
        "details",
        {},
        element("summary", {}, w.content(bytes(size), value.text !== null)),
        element("pre", { class: "bytes", tabindex: "0" }, text.length > most ? `${text.slice(0, most)} …` : text),
    );
}

// "7b 22 76 …": what is no text.
function hex(base64) {
    return [...atob(base64).slice(0, most / 3)].map(each => each.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
}

customElements.define("apus-dead-letters", DeadLetters);
