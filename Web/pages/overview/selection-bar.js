// What can be done with the monitors that are chosen.
import { confirm } from "../../elements/apus-dialog.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { words } from "../../model/words.js";

const actions = [
    ["check", "refresh"],
    ["pause", "pause"],
    ["resume", "play"],
    ["delete", "trash"],
];

export class SelectionBar extends HTMLElement {
    #selection = null;
    #count = element("span", { class: "selection-count", "aria-live": "polite" });

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
            actions.map(([action, drawing]) =>
                element(
                    "button",
                    {
                        type: "button",
                        class: `btn btn-sm ${action === "delete" ? "btn-danger" : "btn-secondary"}`,
                        onclick: () => this.#run(action),
                    },
                    icon(drawing),
                    w[action],
                ),
            ),
            element(
                "button",
                { type: "button", class: "button-icon", "aria-label": w.clear, title: w.clear, onclick: () => this.#selection.clear() },
                icon("close"),
            ),
        );
        this.#draw();
    }

    #draw() {
        this.hidden = this.#selection.size === 0;
        this.#count.textContent = words.overview.selection.count(this.#selection.size);
    }

    async #run(action) {
        const w = words.overview.selection;
        const { ids } = this.#selection;
        if (action === "delete") {
            const isSure = await confirm({
                title: w.deleteTitle(ids.length),
                text: w.deleteText,
                action: w.delete,
                isDangerous: true,
            });
            if (!isSure) return;
        }
        try {
            const { done, failed } = await api.post("monitors/bulk", { action, ids });
            toast(w.done[action](done.length));
            if (failed.length > 0) toast(w.failed(failed.length, failed[0].detail), "error");
            this.#selection.clear();
            this.dispatchEvent(new CustomEvent("changed-monitors", { bubbles: true, detail: { ids: done } }));
        } catch (problem) {
            toastProblem(problem);
        }
    }
}

customElements.define("apus-selection-bar", SelectionBar);
