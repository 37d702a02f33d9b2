// A table whose rows become cards on telephones, with lines that begin with the heads of the columns.
//
// Cells that are drawn as lines would be no cells any more to those who listen: the roles say what they are.
import { element } from "../model/dom.js";
import { words } from "../model/words.js";

// The table in its box; `body` holds the rows.
export function stackedTable(label, columns, body) {
    return element(
        "div",
        { class: "table-box", tabindex: "0", role: "region", "aria-label": label },
        element(
            "table",
            { class: "plain stacked", role: "table", "aria-label": label },
            element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, columns.map(head))),
            body,
        ),
    );
}

// What holds the rows.
export function stackedBody(...rows) {
    return element("tbody", { role: "rowgroup" }, rows);
}

// A row: a cell for each of the columns.
export function stackedRow(columns, cells, attributes = {}) {
    return element(
        "tr",
        { role: "row", ...attributes },
        cells.map((cell, index) => {
            const name = columns[index];
            return element("td", { role: "cell", class: name === "" && "cell-actions", "data-label": name || null }, element("div", {}, cell));
        }),
    );
}

// A column without a text holds what can be done.
function head(text) {
    return element("th", { scope: "col", role: "columnheader" }, text || element("span", { class: "visually-hidden" }, words.list.actions));
}
