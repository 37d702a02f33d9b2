// The help behind "?": keys of this page, and what the marks mean.
import { element } from "../model/dom.js";
import { keyboard } from "../model/keyboard.js";
import { zone } from "../model/time.js";
import { words } from "../model/words.js";
import { ask } from "./apus-dialog.js";
import { field } from "./apus-field.js";
import { ApusState } from "./apus-state.js";

export function showHelp() {
    const isOn = element("input", {
        type: "checkbox",
        checked: keyboard.isOn,
        onchange: event => (keyboard.isOn = event.target.checked),
    });
    const keys = element(
        "dl",
        { class: "help-keys" },
        keyboard.list.map(([key, meaning]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, meaning)]),
    );
    const states = element(
        "dl",
        { class: "help-states" },
        Object.entries(words.help.states).map(([state, meaning]) => {
            const mark = new ApusState();
            mark.setAttribute("state", state);
            return [element("dt", {}, mark), element("dd", {}, meaning)];
        }),
    );
    return ask({
        title: words.help.title,
        content: [
            keys,
            field({ label: words.help.shortcuts, control: isOn, hint: words.help.shortcutsHint }),
            element("h3", {}, words.help.statesTitle),
            states,
            element("p", { class: "muted" }, words.help.zone(zone)),
        ],
        buttons: [],
    });
}
