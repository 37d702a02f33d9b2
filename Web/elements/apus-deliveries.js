// Notifications: to whom, how it went, and a second try for what was given up.
import { api } from "../model/api.js";
import { element, fill } from "../model/dom.js";
import { session } from "../model/session.js";
import { now } from "../model/time.js";
import { words } from "../model/words.js";
import { toast, toastProblem } from "./apus-toast.js";
import { when } from "./apus-when.js";
import { icon } from "./icon.js";
import { StackedTable } from "./stacked-table.js";
import { stateMark } from "./state-mark.js";

const w = words.deliveries;
const marks = { pending: "pending", delivered: "up", dead: "down", cancelled: "paused" };

export class ApusDeliveries extends HTMLElement {
    // Names of channels by id.
    channels = new Map();

    #table = new StackedTable(w.title, [w.time, w.channel, w.about, w.state, w.attempts]);

    connectedCallback() {
        fill(this, this.#table.node);
    }

    // Deliveries of the API; says "retried" when one is tried again.
    set items(items) {
        this.#table.draw(items.map(delivery => ({ id: delivery.id, cells: this.#cells(delivery) })));
    }

    #cells(delivery) {
        const about = w.types[delivery.type] ?? delivery.type;
        // What its channel can't take any more stays as it is.
        const canRetry = ["dead", "cancelled"].includes(delivery.state) && this.channels.has(delivery.channel) && session.may("editor");
        return [
            when(delivery.createdAt, "time"),
            this.channels.get(delivery.channel) ?? w.gone(delivery.channel),
            delivery.incident ? element("a", { href: `incidents/${encodeURIComponent(delivery.incident)}` }, about) : about,
            [
                stateMark(marks[delivery.state] ?? "unknown", w.states[delivery.state] ?? delivery.state),
                delivery.nextAttemptAt && element("span", { class: "muted" }, " ", isAhead(delivery.nextAttemptAt) ? [w.next, " ", when(delivery.nextAttemptAt)] : w.waits),
                delivery.state !== "delivered" && delivery.lastError && element("div", { class: "muted" }, delivery.lastError),
            ],
            [
                String(delivery.attempts),
                canRetry && element("button", { type: "button", class: "btn btn-sm btn-secondary retry-button", onclick: () => this.#retry(delivery) }, icon("refresh"), w.retry),
            ],
        ];
    }

    async #retry({ id }) {
        try {
            await api.post(`deliveries/${id}/retry`);
            toast(w.retried);
            this.dispatchEvent(new Event("retried"));
        } catch (problem) {
            toastProblem(problem);
        }
    }
}

customElements.define("apus-deliveries", ApusDeliveries);

// One whose time has come waits for what its channel is told before it.
function isAhead(time) {
    return Date.parse(time) > now();
}

// The names of all channels by id, empty while they can't be had.
export async function channelNames() {
    try {
        const { items } = await api.get("channels", { limit: 1_000 });
        return new Map(items.map(channel => [channel.id, channel.name]));
    } catch {
        return new Map();
    }
}
