// <apus-outcome outcome="down">: how one check went, as a shape and a word.
import { fill } from "../model/dom.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

export class ApusOutcome extends HTMLElement {
    static observedAttributes = ["outcome"];

    attributeChangedCallback() {
        this.#draw();
    }

    connectedCallback() {
        this.#draw();
    }

    #draw() {
        const outcome = this.getAttribute("outcome");
        if (!outcome || this.dataset.state === outcome) return;
        this.dataset.state = outcome;
        fill(this, icon(outcome), words.outcomes[outcome] ?? outcome);
    }
}

customElements.define("apus-outcome", ApusOutcome);

// The element for an outcome.
export function outcome(name) {
    const node = new ApusOutcome();
    node.setAttribute("outcome", name);
    return node;
}
