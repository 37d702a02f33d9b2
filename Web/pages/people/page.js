// Who may come in: oneself, and for admins people, keys and the audit log.
import { element, fill } from "../../model/dom.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { AuditLog } from "./audit-log.js";
import { KeyList } from "./key-list.js";
import { OwnPassword } from "./own-password.js";
import { PersonList } from "./person-list.js";
import { SessionList } from "./session-list.js";

export default class PeoplePage extends HTMLElement {
    static title = () => words.people.title;

    connectedCallback() {
        this.className = "page";
        const isAdmin = session.may("admin");
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, words.people.title)),
            isAdmin && [new PersonList(), new KeyList()],
            new SessionList(),
            session.person && new OwnPassword(),
            isAdmin ? new AuditLog() : element("p", { class: "muted" }, words.people.adminsOnly),
        );
    }
}
