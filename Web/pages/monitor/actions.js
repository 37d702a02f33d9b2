// What can be done with the monitor.
import { confirm } from "../../elements/apus-dialog.js";
import { toast, toastProblem } from "../../elements/apus-toast.js";
import { icon } from "../../elements/icon.js";
import { api, etag } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { router } from "../../model/router.js";
import { words } from "../../model/words.js";

const w = words.monitor.actions;

export class MonitorActions extends HTMLElement {
    #monitor = null;

    // The monitor of the API; says "changed-monitor" with the new one after each change.
    set monitor(monitor) {
        this.#monitor = monitor;
        const { id, enabled } = monitor;
        const focused = this.contains(document.activeElement) ? document.activeElement.dataset.action : null;
        this.className = "page-actions";
        fill(
            this,
            enabled && this.#button("check", "refresh", w.check, () => this.#check()),
            this.#button("enable", enabled ? "pause" : "play", enabled ? w.pause : w.resume, () => this.#enable(!enabled)),
            element("a", { class: "btn btn-secondary", href: `monitors/${id}/edit`, "data-action": "edit" }, icon("edit"), w.edit),
            element("a", { class: "btn btn-secondary", href: `monitors/new?from=${id}`, "data-action": "duplicate" }, icon("copy"), w.duplicate),
            this.#button("delete", "trash", w.delete, () => this.#delete(), "danger"),
        );
        if (focused) (this.querySelector(`[data-action=${focused}]`) ?? this.firstElementChild).focus();
    }

    #button(name, drawing, text, action, kind = "secondary") {
        return element(
            "button",
            {
                type: "button",
                class: `btn btn-${kind}`,
                "data-action": name,
                onclick: async ({ currentTarget: button }) => {
                    // One that is disabled would lose the focus.
                    if (button.ariaDisabled) return;
                    button.ariaDisabled = "true";
                    try {
                        await action();
                    } catch (problem) {
                        toastProblem(problem);
                    } finally {
                        button.ariaDisabled = null;
                    }
                },
            },
            icon(drawing),
            text,
        );
    }

    async #check() {
        this.#tell(await api.post(`monitors/${this.#monitor.id}/check`));
        toast(w.checking);
    }

    async #enable(enabled) {
        this.#tell(await api.patch(`monitors/${this.#monitor.id}`, { enabled }, { etag: etag(this.#monitor) }));
        toast(enabled ? w.resumed : w.paused);
    }

    async #delete() {
        const isSure = await confirm({ title: w.deleteTitle(this.#monitor.name), text: w.deleteText, action: w.delete, isDangerous: true });
        if (!isSure) return;
        await api.delete(`monitors/${this.#monitor.id}`);
        toast(w.deleted(this.#monitor.name));
        router.go("");
    }

    #tell(monitor) {
        this.dispatchEvent(new CustomEvent("changed-monitor", { detail: monitor }));
    }
}

customElements.define("apus-monitor-actions", MonitorActions);
