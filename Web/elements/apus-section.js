// A part of a page that holds a list of the API: heading, button, table, what to do where it is empty, more.
import { Pager } from "../model/pager.js";
import { element, fill } from "../model/dom.js";
import { toastProblem } from "./apus-toast.js";
import { moreButton } from "./more-button.js";
import { StackedTable } from "./stacked-table.js";

export class ApusSection extends HTMLElement {
    pager = null;
    #table = null;
    #text = element("p", { class: "muted", role: "status" });
    #more = moreButton(() => this.pager.more());
    #row = null;
    #empty = () => "";
    // How many buttons are at work.
    #acting = 0;

    // Lists `path` under `title`, with these heads of columns; `row(item)` makes the cells; `action` stands beside the
    // title, `filters` above the table; `empty()` says what to do where there is nothing.
    setup({ path, query, title, columns, row, action, filters, empty, about }) {
        this.#row = row;
        this.#empty = empty;
        this.pager = new Pager(path, query);
        this.pager.addEventListener("change", () => this.#draw());
        this.pager.addEventListener("problem", event => (this.#text.textContent = event.detail.message));
        this.#table = new StackedTable(title, columns);
        this.#table.node.hidden = true;
        this.classList.add("card-box");
        fill(
            this,
            element("div", { class: "section-header" }, element("h2", {}, title), action),
            about && element("p", { class: "muted" }, about),
            filters,
            this.#table.node,
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
            this.#acting += 1;
            try {
                await action();
            } catch (problem) {
                toastProblem(problem);
            } finally {
                this.#acting -= 1;
            }
            await this.pager.reload();
        };
        return element("button", { type: "button", class: `btn btn-sm btn-${kind}`, onclick: run }, text);
    }

    #draw() {
        // A dialog gives the focus back to the button that opened it: that stays until the list is read after it.
        if (this.#acting > 0) return;
        const { items, hasMore } = this.pager;
        const { node } = this.#table;
        const hadFocus = node.contains(document.activeElement);
        this.#more.hidden = !hasMore;
        this.#text.textContent = items.length === 0 ? this.#empty() : "";
        this.#table.draw(items.map(item => ({ id: item.id, cells: this.#row(item) })));
        node.hidden = items.length === 0;
        if (hadFocus && node.hidden) (this.querySelector(".section-header button") ?? this.closest("main")).focus();
    }
}
