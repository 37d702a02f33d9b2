// <apus-state state="up" degraded>: the state of a monitor as a shape and a word.
import { fill } from "../model/dom.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

export const states = ["down", "unknown", "pending", "recovering", "degraded", "up", "new", "paused"];

// What a status is shown as: its state, or `degraded` for one that is up and slow.
export function shownState({ state, degraded }) {
    return state === "up" && degraded ? "degraded" : state;
}

export class ApusState extends HTMLElement {
    static observedAttributes = ["state"];

    attributeChangedCallback() {
        this.#draw();
    }

    connectedCallback() {
        this.#draw();
    }

    #draw() {
        const state = this.getAttribute("state");
        if (!state || this.dataset.state === state) return;
        this.dataset.state = state;
        fill(this, icon(state), document.createTextNode(words.states[state] ?? state));
    }
}

customElements.define("apus-state", ApusState);
