// A part of a page that holds a list of the API: heading, button, table, what to do where it is empty, more.
import { Pager } from "../model/pager.js";
import { element, fill } from "../model/dom.js";
import { words } from "../model/words.js";
import { toastProblem } from "./apus-toast.js";

export class ApusSection extends HTMLElement {
    pager = null;
    #body = element("tbody");
    #table = null;
    #text = element("p", { class: "muted", role: "status" });
    #more = element("button", { type: "button", class: "btn btn-secondary", hidden: true, onclick: () => this.pager.more() }, words.list.more);

    // Lists `path` under `title`, with these heads of columns; `row(item)` makes the cells; `action` stands beside the
    // title, `empty` says what to do where there is nothing.
    setup({ path, query, title, columns, row, action, empty, about }) {
        this.pager = new Pager(path, query);
        this.pager.addEventListener("change", () => {
            const { items, hasMore } = this.pager;
            this.#more.hidden = !hasMore;
            this.#table.hidden = items.length === 0;
            this.#text.textContent = items.length === 0 ? empty : "";
            fill(this.#body, items.map(item => element("tr", {}, row(item).map(cell => element("td", {}, cell)))));
        });
        this.pager.addEventListener("problem", event => (this.#text.textContent = event.detail.message));
        this.#table = element(
            "div",
            { class: "table-box", tabindex: "0", role: "region", "aria-label": title, hidden: true },
            element("table", { class: "plain" }, element("thead", {}, element("tr", {}, columns.map(head))), this.#body),
        );
        this.classList.add("card-box");
        fill(
            this,
            element("div", { class: "section-header" }, element("h2", {}, title), action),
            about && element("p", { class: "muted" }, about),
            this.#table,
            this.#text,
            this.#more,
        );
        this.pager.reload();
        return this;
    }

    disconnectedCallback() {
        this.pager?.end();
    }

    // A button of a row; what is refused is told, and the list read anew after it.
    button(text, action, kind = "secondary") {
        const run = async () => {
            try {
                await action();
                await this.pager.reload();
            } catch (problem) {
                toastProblem(problem);
            }
        };
        return element("button", { type: "button", class: `btn btn-sm btn-${kind}`, onclick: run }, text);
    }
}

// A column without a text holds what can be done.
function head(text) {
    return element("th", { scope: "col" }, text || element("span", { class: "visually-hidden" }, words.list.actions));
}
