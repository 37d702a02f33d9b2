// One check as a waterfall: which phase took how long, one after the other.
import { facts } from "../../elements/facts.js";
import { element, fill } from "../../model/dom.js";
import { latency } from "../../model/figures.js";
import { utc } from "../../model/time.js";
import { words } from "../../model/words.js";

const phases = ["dns", "connect", "tls", "firstByte"];

export class CheckWaterfall extends HTMLElement {
    // A result of the API.
    set result(result) {
        const w = words.monitor.log;
        const total = result.latencyMs ?? 0;
        let start = 0;
        const rows = [];
        for (const phase of phases) {
            const length = result[`${phase}Ms`];
            if (length === null || length === undefined) continue;
            rows.push({ phase, start, length, isFailed: phase === result.phase });
            start += length;
        }
        // What is left is the phase that never ended, or the rest of the answer.
        const rest = total - start;
        if (total > 0 && (rest > 0.0005 * total || rows.length === 0)) {
            const isFailed = Boolean(result.phase) && !rows.some(row => row.isFailed);
            rows.push({ phase: isFailed ? result.phase : "rest", start, length: rest, isFailed });
        }
        const about = [
            [w.slot, utc(Date.parse(result.slot))],
            [w.started, utc(Date.parse(result.startedAt))],
            result.attempt > 0 && [w.attempt, w.attemptOf(result.attempt)],
            result.code !== null && [w.code, String(result.code)],
            result.address && [w.address, result.address],
            result.detail && [w.detail, result.detail],
            ...Object.entries(result.values ?? {}).map(([name, value]) => [name, String(value)]),
            result.certificateExpiresAt && [w.certificate, utc(Date.parse(result.certificateExpiresAt))],
            [w.pinger, result.pinger],
            result.late && [w.late, w.lateText],
        ];
        fill(
            this,
            rows.length > 0 &&
                element(
                    "div",
                    { class: "waterfall", role: "list", "aria-label": w.phases },
                    rows.map(row => this.#row(row, total)),
                ),
            facts(about),
        );
    }

    #row({ phase, start, length, isFailed }, total) {
        const bar = element("span", { class: "waterfall-bar", "data-phase": phase, "data-failed": isFailed });
        bar.style.marginLeft = `${(start / total) * 100}%`;
        bar.style.width = `${Math.max(0.4, (length / total) * 100)}%`;
        return element(
            "div",
            { class: "waterfall-row", role: "listitem" },
            element("span", { class: "waterfall-name" }, words.phases[phase] ?? phase, isFailed && ` ✕`),
            element("span", { class: "waterfall-track" }, bar),
            element("span", { class: "waterfall-time" }, latency(length)),
        );
    }
}

customElements.define("apus-check-waterfall", CheckWaterfall);
