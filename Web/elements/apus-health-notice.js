// What keeps Apus itself from its work, in sentences; nothing while all is well.
import { api } from "../model/api.js";
import { element, fill } from "../model/dom.js";
import { span } from "../model/time.js";
import { words } from "../model/words.js";

const period = 15_000;
// One that has just begun tells of itself after a second or two.
const patience = 3_000;
// Processes report every 10 s.
const silence = 35;

export class ApusHealthNotice extends HTMLElement {
    #timer = null;
    #overview = null;
    #faults = [];
    #hasProcessor = true;
    // Who was silent at the last look.
    #suspects = [];

    connectedCallback() {
        this.setAttribute("role", "status");
        this.#timer = setInterval(() => this.#load(), period);
        this.#load();
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
    }

    // The answer of GET /overview, where the page has a newer one.
    set overview(overview) {
        this.#overview = overview;
        this.#draw();
    }

    async #load() {
        // One may be answered without the other: the overview comes from memory.
        const [pipeline, overview] = await Promise.allSettled([api.get("pipeline"), api.get("overview")]);
        if (overview.value) this.#overview = overview.value;
        // Without the gateway nothing is known of the others, and the frame says so.
        if (pipeline.value) this.#judge(pipeline.value.processes);
        else this.#faults = pipeline.reason.status === 503 ? [words.health.database] : [];
        this.#draw();
    }

    #judge(processes) {
        const silent = ["processor", "alerter"].filter(kind => age(processes, kind) >= silence);
        this.#hasProcessor = !silent.includes("processor");
        const confirmed = silent.filter(kind => this.#suspects.includes(kind));
        this.#suspects = silent;
        if (confirmed.length < silent.length) this.#lookAgain();
        this.#faults = confirmed.map(kind => {
            const last = age(processes, kind);
            return words.health[kind](last < Infinity ? span(last * 1_000) : null);
        });
    }

    // Before somebody is said to be away.
    #lookAgain() {
        setTimeout(() => this.isConnected && this.#load(), patience);
    }

    #draw() {
        const faults = [...this.#faults];
        const { monitors, regions } = this.#overview ?? {};
        // Without a processor nothing is heard of any region.
        if (this.#hasProcessor && monitors > 0 && regions.online === 0) faults.push(words.health.pingers);
        const text = faults.join("\n");
        if (this.dataset.shown === text) return;
        this.dataset.shown = text;
        fill(this, faults.map(fault => element("p", { class: "notice" }, fault)));
    }
}

// How long ago one of this kind was heard of, s; Infinity: never.
function age(processes, kind) {
    return Math.min(...processes.filter(process => process.kind === kind).map(process => process.age));
}

customElements.define("apus-health-notice", ApusHealthNotice);
