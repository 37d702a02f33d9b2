// One monitor in the list.
import { ApusDots } from "../../elements/apus-dots.js";
import { ApusSparkline } from "../../elements/apus-sparkline.js";
import { ApusState, shownState } from "../../elements/apus-state.js";
import { ApusStrip } from "../../elements/apus-strip.js";
import { when } from "../../elements/apus-when.js";
import { icon } from "../../elements/icon.js";
import { element, fill } from "../../model/dom.js";
import { latency, percent } from "../../model/figures.js";
import { now } from "../../model/time.js";
import { words } from "../../model/words.js";

const day = 86_400_000;

export class MonitorRow extends HTMLElement {
    #check = element("input", { type: "checkbox", class: "form-check-input" });
    #state = new ApusState();
    #since = element("span", { class: "row-since muted" });
    #name = element("a", { class: "row-name ellipsis" });
    #about = element("span", { class: "row-about muted ellipsis" });
    #dots = new ApusDots();
    #strip = new ApusStrip();
    #sparkline = new ApusSparkline();
    #latency = element("span", { class: "row-latency-value" });
    #availability = ["1h", "24h", "30d"].map(name => element("span", { role: "cell", class: `row-share row-share-${name}` }));
    #certificate = element("span", { role: "cell", class: "row-certificate" });
    #bell = element("span", { role: "cell", class: "row-bell" });
    #card = null;

    constructor() {
        super();
        this.#check.addEventListener("click", event => {
            const detail = { id: this.#card.monitor, isOn: this.#check.checked, isRange: event.shiftKey };
            this.dispatchEvent(new CustomEvent("select-monitor", { bubbles: true, detail }));
        });
    }

    connectedCallback() {
        if (this.firstChild) return;
        this.setAttribute("role", "row");
        this.className = "monitor-row";
        fill(
            this,
            element("span", { role: "cell", class: "row-check" }, this.#check),
            element("span", { role: "cell", class: "row-state" }, this.#state, this.#since),
            element("span", { role: "cell", class: "row-title" }, this.#name, this.#about),
            element("span", { role: "cell", class: "row-regions" }, this.#dots),
            element("span", { role: "cell", class: "row-strip" }, this.#strip),
            element("span", { role: "cell", class: "row-latency" }, this.#sparkline, this.#latency),
            this.#availability,
            this.#certificate,
            this.#bell,
        );
    }

    get card() {
        return this.#card;
    }

    set card(card) {
        this.#card = card;
        this.draw();
    }

    set isSelected(flag) {
        if (this.#check.checked !== flag) this.#check.checked = flag;
        this.setAttribute("aria-selected", String(flag));
    }

    // Takes the focus over from another row, to the same thing in it.
    focusLike(row) {
        (row.hasFocusOnCheck ? this.#check : this.#name).focus({ preventScroll: true });
    }

    get hasFocusOnCheck() {
        return this.#check === document.activeElement;
    }

    // Shows what the card now says.
    draw() {
        const card = this.#card;
        const state = shownState(card);
        this.dataset.monitor = card.monitor;
        this.#state.setAttribute("state", state);
        fill(this.#since, when(card.since, "for"));
        this.#name.href = `monitors/${card.monitor}`;
        if (this.#name.textContent !== card.name) this.#name.textContent = card.name;
        this.#check.setAttribute("aria-label", words.overview.select(card.name));
        fill(
            this.#about,
            element("span", { class: "row-target" }, card.target.replace(/^https?:\/\//, "")),
            (card.tags ?? []).map(tag => element("span", { class: "tag" }, tag)),
        );
        // A status that is unknown must not show the green of yesterday, nor how fast it was then.
        const isUnknown = state === "unknown";
        this.#dots.interval = isUnknown ? card.interval : null;
        this.#dots.unknownSince = isUnknown ? Date.parse(card.since) : null;
        this.#dots.regions = card.regions;
        const recent = card.recent ?? [];
        this.#strip.results = recent.map(([outcome]) => ({ outcome }));
        const latencies = bySlot(recent);
        this.#sparkline.values = latencies;
        this.#latency.textContent = latency(isUnknown ? null : (latencies.findLast(value => value !== null) ?? null));
        this.#drawAvailability(card.availability);
        this.#drawCertificate(card.certificateExpiresAt);
        fill(this.#bell, card.channels && icon("bell"), card.channels && element("span", { class: "visually-hidden" }, words.overview.hears));
        this.#bell.title = card.channels ? words.overview.hears : "";
    }

    #drawAvailability(availability) {
        for (const [index, name] of ["1h", "24h", "30d"].entries()) {
            const figure = availability?.[name];
            const node = this.#availability[index];
            const share = figure?.value ?? null;
            node.textContent = percent(share);
            node.classList.toggle("is-partial", share !== null && figure.coverage !== null && figure.coverage < 0.99);
            const lines = [words.overview.availability(name, percent(share), percent(figure?.coverage ?? null, 1))];
            if (name === "1h") {
                for (const [region, hour] of Object.entries(availability?.regions ?? {})) {
                    lines.push(words.overview.regionAvailability(region, percent(hour.value), percent(hour.coverage, 1)));
                }
            }
            if (availability?.stale) lines.push(words.overview.staleAvailability);
            node.title = lines.join("\n");
        }
    }

    #drawCertificate(expires) {
        const days = expires ? Math.floor((Date.parse(expires) - now()) / day) : null;
        this.#certificate.textContent = days === null ? "" : words.overview.days(days);
        this.#certificate.classList.toggle("is-soon", days !== null && days < 14);
        this.#certificate.title = days === null ? "" : words.overview.certificate(days);
    }
}

// One latency per slot, the mean over its regions; null where none answered well: how long a failure took is no latency.
function bySlot(recent) {
    const slots = new Map();
    for (const [outcome, milliseconds, , slot] of recent) {
        const sum = slots.get(slot) ?? { total: 0, count: 0 };
        if (milliseconds !== null && (outcome === "up" || outcome === "degraded")) {
            sum.total += milliseconds;
            sum.count += 1;
        }
        slots.set(slot, sum);
    }
    return [...slots.entries()]
        .sort(([left], [right]) => left - right)
        .map(([, { total, count }]) => (count > 0 ? total / count : null));
}

customElements.define("apus-monitor-row", MonitorRow);
