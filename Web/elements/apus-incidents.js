// A table of incidents, each with a link to its own page.
import { element, fill } from "../model/dom.js";
import { reasonText } from "../model/reasons.js";
import { regionName } from "../model/regions.js";
import { span } from "../model/time.js";
import { words } from "../model/words.js";
import { when } from "./apus-when.js";
import { StackedTable } from "./stacked-table.js";
import { stateMark } from "./state-mark.js";

export class ApusIncidents extends HTMLElement {
    // Whether the name of the monitor is shown; set before `items`.
    withMonitor = true;
    #table = null;
    #shown = "";

    // Incidents of the API.
    set items(items) {
        const w = words.incidents;
        const text = JSON.stringify(items);
        if (this.#shown === text) return;
        this.#shown = text;
        if (this.#table === null) {
            this.#table = new StackedTable(w.title, [w.state, this.withMonitor && w.monitor, w.began, w.lasted, w.reason, w.regions].filter(Boolean));
            fill(this, this.#table.node);
        }
        this.#table.draw(items.map(incident => ({ id: incident.id, cells: this.#cells(incident) })));
    }

    #cells(incident) {
        const link = text => element("a", { href: `incidents/${encodeURIComponent(incident.id)}` }, text);
        return [
            incidentState(incident),
            ...(this.withMonitor ? [element("span", { class: "cell-name" }, link(incident.name ?? words.incidents.deleted(incident.monitor)))] : []),
            this.withMonitor ? when(incident.startedAt, "time") : link(when(incident.startedAt, "time")),
            lasted(incident),
            reasonText(incident.reason),
            (incident.regions ?? []).map(regionName).join(", ") || null,
        ];
    }
}

customElements.define("apus-incidents", ApusIncidents);

// Open or over, as a shape and a word.
export function incidentState(incident) {
    const isOpen = incident.endedAt === null;
    return stateMark(
        isOpen ? "down" : "up",
        isOpen ? words.incidents.open : (words.incidents.resolutions[incident.resolution] ?? words.incidents.over),
        isOpen && incident.acknowledgedAt && element("span", { class: "tag" }, words.incidents.acknowledged),
    );
}

// How long it lasted, or has lasted by now.
export function lasted(incident) {
    if (incident.endedAt === null) return when(incident.startedAt, "for");
    return span(Date.parse(incident.endedAt) - Date.parse(incident.startedAt));
}
