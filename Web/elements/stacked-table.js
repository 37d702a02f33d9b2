// A table whose rows become cards on telephones, with lines that begin with the heads of the columns.
//
// Cells that are drawn as lines would be no cells any more to those who listen: the roles say what they are.
import { element, fill } from "../model/dom.js";
import { words } from "../model/words.js";

export class StackedTable {
    // The table in its box, which stays while the rows are drawn again and again.
    node;
    #columns;
    #body = element("tbody", { role: "rowgroup" });

    // With these heads of columns; one without a text holds what can be done.
    constructor(label, columns) {
        this.#columns = columns;
        this.node = element(
            "div",
            { class: "table-box", tabindex: "0", role: "region", "aria-label": label },
            element(
                "table",
                { class: "plain stacked", role: "table", "aria-label": label },
                element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, columns.map(head))),
                this.#body,
            ),
        );
    }

    // Draws `rows`: [{ id, cells }], a cell for each of the columns. The control that had the focus has it again in the row
    // with the same `id`; where it is gone, the table has it.
    draw(rows) {
        const place = this.#place();
        fill(this.#body, rows.map(({ id, cells }) => this.#row(id, cells)));
        if (!place) return;
        const row = [...this.#body.children].find(each => each.dataset.id === place.id);
        ((row && controls(row)[place.index]) ?? this.node).focus();
    }

    #row(id, cells) {
        return element(
            "tr",
            { role: "row", "data-id": id },
            cells.map((cell, index) => {
                const name = this.#columns[index];
                return element("td", { role: "cell", class: name === "" && "cell-actions", "data-label": name || null }, element("div", {}, cell));
            }),
        );
    }

    // Which control of which row has the focus.
    #place() {
        const row = document.activeElement?.closest("tr");
        if (!row || !this.#body.contains(row)) return null;
        return { id: row.dataset.id, index: controls(row).indexOf(document.activeElement) };
    }
}

function head(text) {
    return element("th", { scope: "col", role: "columnheader" }, text || element("span", { class: "visually-hidden" }, words.list.actions));
}

function controls(row) {
    return [...row.querySelectorAll("a, button, summary")];
}
