// The entries of the audit log, the newest first.
import { ApusSection } from "../../elements/apus-section.js";
import { when } from "../../elements/apus-when.js";
import { icon } from "../../elements/icon.js";
import { element } from "../../model/dom.js";
import { words } from "../../model/words.js";
import { auditChanges } from "./audit-changes.js";
import { actorName, actorValue, subjectAddress, subjectName } from "./names.js";

const w = words.audit;
const limit = 25;

export class AuditLog extends ApusSection {
    // { actor, subject, from, to }, as AuditFilters has it; set before it is shown.
    view = {};
    filters = null;

    connectedCallback() {
        this.setup({
            path: "audit",
            query: this.#query,
            title: w.list,
            columns: [w.time, w.who, w.what, w.changes],
            row: entry => [when(entry.at, "time"), who(entry), what(entry), auditChanges(entry.changes)],
            filters: this.filters,
            empty: () => (Object.values(this.view).some(Boolean) ? w.nothingFound : w.empty),
        });
    }

    // Lists others.
    filter(view) {
        this.view = view;
        this.pager.query = this.#query;
    }

    get #query() {
        const { actor, subject, from, to } = this.view;
        const moment = time => (time ? new Date(time).toISOString() : null);
        return { limit, actor, subject, from: moment(from), to: moment(to) };
    }
}

function who({ actor, address }) {
    return [
        element("a", { class: "cell-name", href: `audit?actor=${actorValue(actor)}`, title: w.onlyOf }, actorName(actor)),
        element("div", { class: "muted mono" }, address),
    ];
}

// What was done to what; each leads to the rest that was done to it.
function what({ method, route, subject, subjectName: name, request }) {
    const address = subjectAddress(subject, name);
    const action = w.actions[`${method} ${route.replace("/api/v1/", "")}`] ?? `${method} ${route}`;
    return [
        element("div", { title: `${method} ${route}\n${w.request(request)}` }, action),
        element(
            "div",
            {},
            element("a", { href: `audit?subject=${encodeURIComponent(subject)}`, title: w.onlyOf }, subjectName(subject, name)),
            address && element("a", { class: "open-link", href: address, "aria-label": w.open(subjectName(subject, name)), title: w.open(subjectName(subject, name)) }, icon("right_arrow")),
        ),
    ];
}

customElements.define("apus-audit-log", AuditLog);
