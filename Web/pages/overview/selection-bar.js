// What can be done with the monitors that are chosen.
import { confirm } from "../../elements/apus-dialog.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { count } from "../../model/figures.js";
import { words } from "../../model/words.js";

const actions = [
    ["check", "refresh"],
    ["pause", "pause"],
    ["resume", "play"],
    ["delete", "trash"],
];

// One request acts on so many: each takes a moment, after which one sees how far it is, and can stop it.
const batch = 500;

export class SelectionBar extends HTMLElement {
    #selection = null;
    #count = element("span", { class: "selection-count", "aria-live": "polite" });
    #progress = element("progress", { class: "selection-progress", "aria-label": words.overview.selection.progress, hidden: true });
    // While something is done: whether it is to go on.
    #goesOn = null;

    setup(selection) {
        this.#selection = selection;
        selection.addEventListener("change", () => this.#draw());
        return this;
    }

    connectedCallback() {
        const w = words.overview.selection;
        this.setAttribute("role", "toolbar");
        this.setAttribute("aria-label", w.label);
        fill(
            this,
            this.#count,
            this.#progress,
            actions.map(([action, drawing]) =>
                element(
                    "button",
                    {
                        type: "button",
                        class: `btn btn-sm ${action === "delete" ? "btn-danger" : "btn-secondary"} selection-action`,
                        onclick: () => this.#run(action),
                    },
                    icon(drawing),
                    w[action],
                ),
            ),
            element(
                "button",
                { type: "button", class: "btn btn-sm btn-secondary selection-stop", hidden: true, onclick: () => (this.#goesOn = false) },
                w.stop,
            ),
            element(
                "button",
                {
                    type: "button",
                    class: "button-icon selection-clear",
                    "aria-label": w.clear,
                    title: w.clear,
                    onclick: () => this.#selection.clear(),
                },
                icon("close"),
            ),
        );
        this.#draw();
    }

    disconnectedCallback() {
        // Who leaves the page does not see any more what is done.
        if (this.#goesOn) this.#goesOn = false;
    }

    #draw() {
        const isBusy = this.#goesOn !== null;
        this.hidden = this.#selection.size === 0 && !isBusy;
        if (!isBusy) this.#count.textContent = words.overview.selection.count(count(this.#selection.size));
        this.#progress.hidden = !isBusy;
        for (const button of this.querySelectorAll(".selection-action, .selection-clear")) button.hidden = isBusy;
        const stop = this.querySelector(".selection-stop");
        if (stop) stop.hidden = !isBusy;
    }

    async #run(action) {
        const w = words.overview.selection;
        const { ids } = this.#selection;
        if (this.#goesOn !== null) return;
        if (action === "delete") {
            const isSure = await confirm({
                title: w.deleteTitle(ids.length, count(ids.length)),
                text: w.deleteText,
                action: w.delete,
                isDangerous: true,
            });
            if (!isSure) return;
        }
        const done = [];
        const failed = [];
        let hadFocus = false;
        this.#goesOn = true;
        this.#draw();
        // The button that was pressed is gone for now.
        this.querySelector(".selection-stop").focus();
        try {
            for (let first = 0; first < ids.length && this.#goesOn; first += batch) {
                this.#count.textContent = w.doing[action](count(first), count(ids.length));
                this.#progress.max = ids.length;
                this.#progress.value = first;
                const part = ids.slice(first, first + batch);
                const outcome = await api.post("monitors/bulk", { action, ids: part });
                done.push(...outcome.done);
                failed.push(...outcome.failed);
                // What is left stays selected, so that one can go on.
                this.#selection.change(part, false);
            }
        } catch (problem) {
            toastProblem(problem);
        } finally {
            hadFocus = this.contains(document.activeElement);
            this.#goesOn = null;
            this.#draw();
        }
        if (done.length > 0) toast(w.done[action](done.length, count(done.length)));
        if (failed.length > 0) toast(w.failed(count(failed.length), failed[0].detail), "error");
        if (this.#selection.size === 0) this.#selection.clear();
        this.dispatchEvent(new CustomEvent("changed-monitors", { bubbles: true, detail: { ids: done, hadFocus } }));
    }
}

customElements.define("apus-selection-bar", SelectionBar);
