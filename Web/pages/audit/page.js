// Who changed what, and when; for admins.
import { icon } from "../../elements/icon.js";
import { element, fill } from "../../model/dom.js";
import { router } from "../../model/router.js";
import { words } from "../../model/words.js";
import { AuditFilters } from "./audit-filters.js";
import { AuditLog } from "./audit-log.js";

const w = words.audit;

export default class AuditPage extends HTMLElement {
    static title = () => w.title;

    connectedCallback() {
        this.className = "page";
        const { actor, subject, from, to } = this.query;
        const view = { actor: actor ?? "", subject: subject ?? "", from: Number(from) || null, to: Number(to) || null };
        const filters = new AuditFilters();
        const log = new AuditLog();
        Object.assign(log, { view, filters });
        filters.view = view;
        filters.addEventListener("change-filter", event => {
            router.setQuery(event.detail);
            log.filter(event.detail);
        });
        fill(
            this,
            element("p", { class: "breadcrumb" }, element("a", { href: "people" }, words.people.title), icon("right_arrow")),
            element("div", { class: "page-header" }, element("h1", {}, w.title)),
            log,
        );
        log.pager.addEventListener("change", () => filters.learn(log.pager.items));
    }
}
