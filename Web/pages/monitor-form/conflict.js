// Two people edited the same thing: both versions beside each other, and the choice between them.
import { ask } from "../../elements/apus-dialog.js";
import { element } from "../../model/dom.js";
import { words } from "../../model/words.js";

const w = words.monitorForm.conflict;

// Resolves with "mine", "theirs" or null. `before` is what I began with, `theirs` what is there now, `mine` the edit.
export function askConflict(before, theirs, mine) {
    const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
    const rows = [...names]
        .filter(name => !["generation", "updatedAt", "checkRequestedAt", "warnings"].includes(name))
        .filter(name => name in mine || !isSame(before[name], theirs[name]))
        .map(name =>
            element(
                "tr",
                {},
                element("th", { scope: "row" }, words.monitorForm.fields[name]?.label ?? name),
                element("td", { class: "muted" }, show(before[name])),
                element("td", { class: isSame(before[name], theirs[name]) ? "muted" : "conflict-changed" }, show(theirs[name])),
                element("td", { class: name in mine ? "conflict-changed" : "muted" }, name in mine ? show(mine[name]) : w.asNow),
            ),
        );
    return ask({
        title: w.title,
        content: [
            element("p", {}, w.text),
            element(
                "div",
                { class: "table-box", tabindex: "0", role: "region", "aria-label": w.title },
                element(
                    "table",
                    { class: "plain" },
                    element("thead", {}, element("tr", {}, [w.field, w.before, w.theirs, w.mine].map(text => element("th", { scope: "col" }, text)))),
                    element("tbody", {}, rows),
                ),
            ),
        ],
        buttons: [
            { label: words.dialog.cancel, value: null },
            { label: w.takeTheirs, value: "theirs" },
            { label: w.takeMine, value: "mine", kind: "primary", isDefault: true },
        ],
    });
}

function isSame(left, right) {
    return JSON.stringify(left ?? null) === JSON.stringify(right ?? null);
}

function show(value) {
    if (value === null || value === undefined) return w.default;
    if (typeof value === "boolean") return value ? w.yes : w.no;
    if (Array.isArray(value)) return value.length === 0 ? w.none : value.join(", ");
    return typeof value === "object" ? w.secret : String(value);
}
