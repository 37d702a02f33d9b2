// Oneself: who one is to Apus, one's password, and where one is signed in.
import { ApusSessionList } from "../../elements/apus-session-list.js";
import { facts } from "../../elements/facts.js";
import { element, fill } from "../../model/dom.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";
import { OwnPassword } from "./own-password.js";

const w = words.account;

export default class AccountPage extends HTMLElement {
    static title = () => w.title;

    connectedCallback() {
        this.className = "page page-narrow";
        const sessions = new ApusSessionList();
        const password = session.person && new OwnPassword();
        // A new one ends the other sessions.
        password?.addEventListener("changed-password", () => sessions.pager.reload());
        fill(
            this,
            element("div", { class: "page-header" }, element("h1", {}, w.title)),
            element(
                "section",
                { class: "card-box" },
                facts([
                    [w.name, session.person?.name ?? (session.key ? words.sessions.ofKey(session.key.name) : words.actors.adminKey)],
                    [words.people.role, w.role(words.roles[session.role], words.roleMeanings[session.role])],
                ]),
                !session.person && element("p", { class: "form-text" }, w.keyHint),
            ),
            password,
            sessions,
        );
    }
}
