// Who changed what, for admins.
import { ApusSection } from "../../elements/apus-section.js";
import { when } from "../../elements/apus-when.js";
import { element } from "../../model/dom.js";
import { words } from "../../model/words.js";

const w = words.audit;
const shown = 6;

export class AuditLog extends ApusSection {
    connectedCallback() {
        this.setup({
            path: "audit",
            query: { limit: 25 },
            title: w.title,
            columns: [w.time, w.who, w.what, w.changes],
            row: entry => [
                when(entry.at, "time"),
                [element("span", { class: "cell-name", title: `${words.actors[entry.actor.kind] ?? entry.actor.kind}, ${entry.address}` }, entry.actor.name), element("div", { class: "muted mono" }, entry.address)],
                [element("span", {}, entry.subject), element("div", { class: "muted mono", title: w.request(entry.request) }, `${entry.method} ${entry.route}`)],
                [entry.changes.slice(0, shown).map(change => element("span", { class: "change" }, text(change))), entry.changes.length > shown && element("span", { class: "muted" }, w.more(entry.changes.length - shown))],
            ],
            empty: w.empty,
        });
    }
}

// "interval: 60 → 30"; for secrets that it was changed.
function text({ field, ...change }) {
    const value = each => (typeof each === "string" ? each : JSON.stringify(each));
    if (!("from" in change) && !("to" in change)) return field;
    if (!("from" in change)) return `${field}: ${value(change.to)}`;
    return `${field}: ${value(change.from)} → ${"to" in change ? value(change.to) : words.figures.none}`;
}

customElements.define("apus-audit-log", AuditLog);
