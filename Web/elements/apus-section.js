// A part of a page that holds a list of the API: heading, button, table, what to do where it is empty, more.
import { Pager } from "../model/pager.js";
import { element, fill } from "../model/dom.js";
import { words } from "../model/words.js";
import { toastProblem } from "./apus-toast.js";
import { stackedBody, stackedRow, stackedTable } from "./stacked-table.js";

export class ApusSection extends HTMLElement {
    pager = null;
    #body = stackedBody();
    #table = null;
    #text = element("p", { class: "muted", role: "status" });
    #more = element("button", { type: "button", class: "btn btn-secondary", hidden: true, onclick: () => this.pager.more() }, words.list.more);
    #columns = [];
    #row = null;
    #empty = () => "";
    // How many buttons are at work.
    #acting = 0;

    // Lists `path` under `title`, with these heads of columns; `row(item)` makes the cells; `action` stands beside the
    // title, `filters` above the table; `empty()` says what to do where there is nothing.
    setup({ path, query, title, columns, row, action, filters, empty, about }) {
        this.#columns = columns;
        this.#row = row;
        this.#empty = empty;
        this.pager = new Pager(path, query);
        this.pager.addEventListener("change", () => this.#draw());
        this.pager.addEventListener("problem", event => (this.#text.textContent = event.detail.message));
        this.#table = stackedTable(title, columns, this.#body);
        this.#table.hidden = true;
        this.classList.add("card-box");
        fill(
            this,
            element("div", { class: "section-header" }, element("h2", {}, title), action),
            about && element("p", { class: "muted" }, about),
            filters,
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
        const place = this.#place();
        this.#more.hidden = !hasMore;
        this.#table.hidden = items.length === 0;
        this.#text.textContent = items.length === 0 ? this.#empty() : "";
        fill(this.#body, items.map(item => stackedRow(this.#columns, this.#row(item), { "data-id": item.id })));
        this.#return(place);
    }

    // Which control of which row has the focus.
    #place() {
        const row = document.activeElement?.closest("tr");
        if (!row || !this.#body.contains(row)) return null;
        return { id: row.dataset.id, index: controls(row).indexOf(document.activeElement) };
    }

    // Gives it back to the same control of the row as it is now; where the row is gone, to the list.
    #return(place) {
        if (!place) return;
        const row = [...this.#body.children].find(each => each.dataset.id === place.id);
        const control = row && controls(row)[place.index];
        (control ?? (this.#table.hidden ? (this.querySelector(".section-header button") ?? this.closest("main")) : this.#table)).focus();
    }
}

function controls(row) {
    return [...row.querySelectorAll("a, button, summary")];
}
