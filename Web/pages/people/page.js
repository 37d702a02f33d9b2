// Who may come in: people, keys, and sessions; for admins.
import { ApusSessionList } from "../../elements/apus-session-list.js";
import { element, fill } from "../../model/dom.js";
import { words } from "../../model/words.js";
import { KeyList } from "./key-list.js";
import { PersonList } from "./person-list.js";

export default class PeoplePage extends HTMLElement {
    static title = () => words.people.title;

    connectedCallback() {
        this.className = "page";
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, words.people.title), element("a", { class: "btn btn-secondary", href: "audit" }, words.audit.title)),
            new PersonList(),
            new KeyList(),
            Object.assign(new ApusSessionList(), { isOfAll: true }),
        );
    }
}
