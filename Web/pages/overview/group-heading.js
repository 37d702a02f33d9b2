// The heading of a group in the list, with how its monitors are.
import { icon } from "../../elements/icon.js";
import { states } from "../../elements/apus-state.js";
import { element, fill } from "../../model/dom.js";
import { count } from "../../model/figures.js";
import { words } from "../../model/words.js";

export class GroupHeading extends HTMLElement {
    connectedCallback() {
        this.className = "group-heading";
        this.setAttribute("role", "row");
    }

    // { group, monitors, counts }
    set section({ group, monitors, counts }) {
        const text = JSON.stringify([group, monitors, counts]);
        if (this.dataset.shown === text) return;
        this.dataset.shown = text;
        fill(
            this,
            element(
                "span",
                { role: "cell", class: "group-title" },
                element("strong", { class: "ellipsis" }, group ?? words.overview.noGroup),
                element("span", { class: "muted" }, words.overview.monitors(count(monitors))),
                counts && rollUp(counts),
            ),
        );
    }
}

// A mark and a number for each state that occurs, the worst first.
export function rollUp({ ...counts }) {
    // Among those that are up are the slow ones, which have a mark of their own.
    counts.up -= counts.degraded;
    return element(
        "span",
        { class: "roll-up" },
        states
            .filter(state => counts[state] > 0)
            .map(state =>
                element(
                    "span",
                    { class: "roll-up-part", "data-state": state, title: words.states[state] },
                    icon(state),
                    count(counts[state]),
                    element("span", { class: "visually-hidden" }, ` ${words.states[state]}`),
                ),
            ),
    );
}

customElements.define("apus-group-heading", GroupHeading);
