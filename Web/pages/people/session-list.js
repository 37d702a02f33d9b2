// Where one is signed in.
import { ApusSection } from "../../elements/apus-section.js";
import { when } from "../../elements/apus-when.js";
import { api } from "../../model/api.js";
import { element } from "../../model/dom.js";
import { words } from "../../model/words.js";

const w = words.sessions;
const browsers = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const systems = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["Linux", "Linux"]];

export class SessionList extends ApusSection {
    connectedCallback() {
        this.setup({
            path: "sessions",
            query: { limit: 100 },
            title: w.title,
            columns: [w.browser, w.address, w.opened, w.seen, ""],
            row: session => [
                [element("span", { class: "cell-name", title: session.agent }, browser(session.agent)), session.isCurrent && element("span", { class: "tag" }, w.current)],
                element("span", { class: "mono" }, session.address),
                when(session.createdAt),
                when(session.lastSeenAt),
                element("div", { class: "row-actions" }, !session.isCurrent && this.button(w.end, () => api.delete(`sessions/${session.id}`), "danger")),
            ],
            empty: w.empty,
        });
    }
}

// "Firefox, Linux", as far as the browser says it.
function browser(agent) {
    const found = list => list.find(([mark]) => agent.includes(mark))?.[1];
    return [found(browsers), found(systems)].filter(Boolean).join(", ") || agent || w.unnamed;
}

customElements.define("apus-session-list", SessionList);
