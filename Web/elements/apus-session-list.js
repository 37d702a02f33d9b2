// Where one is signed in; for admins, where everybody is.
import { api } from "../model/api.js";
import { element } from "../model/dom.js";
import { words } from "../model/words.js";
import { ApusSection } from "./apus-section.js";
import { toast } from "./apus-toast.js";
import { when } from "./apus-when.js";

const w = words.sessions;
const browsers = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const systems = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["Linux", "Linux"]];

export class ApusSessionList extends ApusSection {
    // Whether those of everybody are listed.
    isOfAll = false;

    connectedCallback() {
        const { isOfAll } = this;
        this.setup({
            path: "sessions",
            query: { limit: 100, all: isOfAll || null },
            title: isOfAll ? w.titleOfAll : w.title,
            columns: [...(isOfAll ? [w.who] : []), w.browser, w.address, w.opened, w.seen, ""],
            row: session => [
                ...(isOfAll ? [[element("span", { class: "cell-name" }, owner(session)), mark(session)]] : []),
                [element("span", { class: isOfAll ? null : "cell-name", title: session.agent }, browser(session.agent)), !isOfAll && mark(session)],
                element("span", { class: "mono" }, session.address),
                when(session.createdAt),
                when(session.lastSeenAt),
                element("div", { class: "row-actions" }, !session.isCurrent && this.button(w.end, () => end(session), "danger")),
            ],
            empty: () => w.empty,
        });
    }
}

async function end(session) {
    await api.delete(`sessions/${session.id}`);
    toast(w.ended(browser(session.agent)));
}

function mark({ isCurrent }) {
    return isCurrent && element("span", { class: "tag" }, w.current);
}

function owner({ person, key }) {
    return person?.name ?? (key ? w.ofKey(key.name) : words.actors.adminKey);
}

// "Firefox, Linux", as far as the browser says it.
function browser(agent) {
    const found = list => list.find(([mark]) => agent.includes(mark))?.[1];
    return [found(browsers), found(systems)].filter(Boolean).join(", ") || agent || w.unnamed;
}

customElements.define("apus-session-list", ApusSessionList);
