// Says on the page that nobody watches, or that what is shown can't be up to date: a board is never to look calm by accident.
import { api } from "../model/api.js";
import { element, fill } from "../model/dom.js";
import { words } from "../model/words.js";
import { icon } from "./icon.js";

const pace = 10_000;

export class ApusWatchNotice extends HTMLElement {
    #timer = null;

    connectedCallback() {
        this.setAttribute("role", "status");
        this.#load();
        this.#timer = setInterval(() => this.#load(), pace);
    }

    disconnectedCallback() {
        clearInterval(this.#timer);
    }

    async #load() {
        try {
            const overview = await api.get("overview");
            this.#show(this.#text(overview));
        } catch {
            // The frame says that the gateway is away.
        }
    }

    #text({ monitors, regions, checksPerSecond, counts, stale }) {
        const w = words.watch;
        if (monitors === 0 || stale) return "";
        if (regions.online === 0) return w.nobody;
        if (regions.active === 0) return w.blind;
        const watched = monitors - (counts.paused ?? 0);
        if (watched > 0 && counts.unknown === watched && !checksPerSecond) return w.unread;
        return regions.offline > 0 ? w.offline(regions.offline) : "";
    }

    #show(text) {
        if (this.dataset.text === text) return;
        this.dataset.text = text;
        fill(this, text && element("div", { class: "notice" }, icon("incidents"), element("span", {}, text), element("a", { href: "pipeline" }, words.watch.look)));
    }
}

customElements.define("apus-watch-notice", ApusWatchNotice);
