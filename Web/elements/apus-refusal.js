// What stands in the place of a page that one's role does not open: why, and where to go instead.
import { element, fill } from "../model/dom.js";
import { session } from "../model/session.js";
import { words } from "../model/words.js";

const w = words.refusal;

export class ApusRefusal extends HTMLElement {
    // The least role that opens the page.
    needed = "admin";

    // For the tab.
    get pageTitle() {
        return w.title[this.needed];
    }

    connectedCallback() {
        this.className = "page";
        fill(
            this,
            element(
                "div",
                { class: "empty" },
                element("h1", {}, w.title[this.needed]),
                element("p", {}, w.text(words.roles[session.role], words.roleMeanings[session.role])),
                element("a", { class: "btn btn-primary", href: "./" }, w.toOverview),
            ),
        );
    }
}

customElements.define("apus-refusal", ApusRefusal);

// The element for a page that asks for `role`.
export function refusal(role) {
    return Object.assign(new ApusRefusal(), { needed: role });
}
