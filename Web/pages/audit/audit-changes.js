// The fields that a change touched: what they were and what they are, secrets by their names alone.
import { icon } from "../../elements/icon.js";
import { element } from "../../model/dom.js";
import { duration, local } from "../../model/time.js";
import { words } from "../../model/words.js";

const w = words.audit;
// So many are shown at once, the others are folded in.
const most = 4;
const seconds = new Set(["interval", "timeout", "retryInterval", "degradedAfter", "reminderInterval"]);

// The element for `changes` of the API; null where nothing but the fact is to be told.
export function auditChanges(changes) {
    if (changes.length === 0) return null;
    const isSet = changes.some(change => change.field === "password");
    const lines = changes.filter(change => !(isSet && change.field === "hasPassword" && change.to)).map(line);
    if (lines.length <= most + 1) return element("ul", { class: "change-list" }, lines);
    return [
        element("ul", { class: "change-list" }, lines.slice(0, most)),
        element("details", {}, element("summary", {}, w.more(lines.length - most)), element("ul", { class: "change-list" }, lines.slice(most))),
    ];
}

function line({ field, ...change }) {
    const [hasFrom, hasTo] = ["from" in change, "to" in change];
    const was = hasFrom && element("del", {}, show(field, change.from));
    const is = hasTo && element("ins", {}, show(field, change.to));
    return element(
        "li",
        { class: "change" },
        element("span", { class: "change-field" }, w.field(w.fields[field] ?? words.monitorForm.fields[field]?.label ?? field)),
        " ",
        was,
        hasFrom && hasTo && " → ",
        is,
        !hasFrom && !hasTo && element("span", { class: "muted" }, icon("lock"), " ", w.secret),
    );
}

function show(field, value) {
    if (value === null) return w.none;
    if (typeof value === "boolean") return value ? w.yes : w.no;
    if (typeof value === "number") return seconds.has(field) ? duration(value) : String(value);
    if (Array.isArray(value)) return value.length === 0 ? w.none : value.join(", ");
    if (typeof value === "object") return JSON.stringify(value);
    if (value === "") return w.none;
    if (field === "role") return words.roles[value] ?? value;
    if (field === "type") return words.monitorForm.types[value] ?? words.channels.kinds[value] ?? value;
    return field.endsWith("At") && !Number.isNaN(Date.parse(value)) ? local(Date.parse(value)) : value;
}
