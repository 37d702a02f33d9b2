// The controls of the form, each with a value as the API has it: null is the default.
import { ApusDuration } from "../../elements/apus-duration.js";
import { ApusMonitorPicker } from "../../elements/apus-monitor-picker.js";
import { field } from "../../elements/apus-field.js";
import { element, fill } from "../../model/dom.js";
import { regionName } from "../../model/regions.js";
import { words } from "../../model/words.js";

const w = words.monitorForm;

// What all have: { name, node, value }. `value` that is undefined is not sent.
class Control {
    constructor(name, control, options = {}) {
        this.name = name;
        this.control = control;
        this.node = field({
            label: w.fields[name]?.label ?? name,
            hint: w.fields[name]?.hint,
            control,
            pointer: `/${name}`,
            ...options,
        });
    }
}

// A line of text; empty: null, or the empty text where something is required.
export class TextControl extends Control {
    constructor(name, { required = false, ...attributes } = {}) {
        super(name, element("input", { type: "text", autocomplete: "off", required, ...attributes }));
        this.required = required;
    }

    get value() {
        const text = this.control.value.trim();
        return text === "" && !this.required ? null : text;
    }

    set value(text) {
        this.control.value = text ?? "";
    }
}

export class NumberControl extends Control {
    constructor(name, { min, max, placeholder }) {
        super(name, element("input", { type: "number", min, max, step: 1, placeholder, inputmode: "numeric" }));
    }

    get value() {
        if (this.control.value !== "") return Number(this.control.value);
        return this.control.validity.badInput ? NaN : null;
    }

    set value(number) {
        this.control.value = number ?? "";
    }
}

export class DurationControl extends Control {
    constructor(name, { placeholder }) {
        const control = new ApusDuration();
        control.placeholder = placeholder;
        super(name, control);
    }

    get value() {
        return this.control.value;
    }

    set value(seconds) {
        this.control.value = seconds;
    }
}

// One of several words: [[value, text]].
export class ChoiceControl extends Control {
    constructor(name, choices) {
        super(name, element("select", {}, choices.map(([value, text]) => element("option", { value }, text))));
    }

    get value() {
        return this.control.value;
    }

    set value(text) {
        this.control.value = text ?? this.control.options[0].value;
    }
}

export class SwitchControl extends Control {
    constructor(name) {
        super(name, element("input", { type: "checkbox" }));
    }

    get value() {
        return this.control.checked;
    }

    set value(flag) {
        this.control.checked = flag;
    }
}

// Texts with commas between.
export class TagsControl extends Control {
    constructor(name) {
        super(name, element("input", { type: "text", autocomplete: "off" }));
    }

    get value() {
        const tags = this.control.value.split(",").map(tag => tag.trim());
        return [...new Set(tags.filter(Boolean))];
    }

    set value(tags) {
        this.control.value = (tags ?? []).join(", ");
    }
}

// "majority", "any", "all" or a number of regions.
export class QuorumControl extends Control {
    constructor(name) {
        const number = element("input", { type: "number", min: 1, max: 1_000, value: 2, class: "form-control", "aria-label": w.fields.quorum.label, hidden: true });
        const select = element(
            "select",
            { class: "form-select" },
            ["majority", "any", "all", "number"].map(value => element("option", { value }, w.quorum[value])),
        );
        select.addEventListener("change", () => (number.hidden = select.value !== "number"));
        super(name, element("div", { class: "control-pair" }, select, number));
        Object.assign(this, { select, number });
    }

    get value() {
        return this.select.value === "number" ? Number(this.number.value) : this.select.value;
    }

    set value(quorum) {
        const isNumber = typeof quorum === "number";
        this.select.value = isNumber ? "number" : (quorum ?? "majority");
        if (isNumber) this.number.value = quorum;
        this.number.hidden = !isNumber;
    }
}

// All, none or some of several: null, [] or the list of those that are ticked.
export class SeveralControl extends Control {
    // `modes`: which of "all", "none" and "some" there are.
    constructor(name, modes) {
        const select = element(
            "select",
            { class: "form-select" },
            modes.map(mode => element("option", { value: mode }, w[name][mode])),
        );
        const list = element("div", { class: "control-list", role: "group", "aria-label": w.fields[name].label, hidden: true });
        super(name, element("div", { class: "control-stack" }, select, list));
        Object.assign(this, { select, list, ticked: new Set(), options: [], problem: null });
        select.addEventListener("change", () => this.draw());
    }

    // [[value, text]], or why they can't be listed; what is ticked and not among them is shown all the same.
    offer(options, problem = null) {
        Object.assign(this, { options, problem });
        this.draw();
    }

    draw() {
        this.list.hidden = this.select.value !== "some";
        const known = new Set(this.options.map(([value]) => value));
        const strangers = [...this.ticked].filter(value => !known.has(value)).map(value => [value, String(value)]);
        const all = [...this.options, ...strangers];
        fill(
            this.list,
            (this.problem || all.length === 0) && element("span", { class: "muted" }, this.problem ?? w[this.name].empty),
            all.map(([value, text]) =>
                element(
                    "label",
                    { class: "form-check" },
                    element("input", {
                        type: "checkbox",
                        class: "form-check-input",
                        ".checked": this.ticked.has(value),
                        onchange: event => (event.target.checked ? this.ticked.add(value) : this.ticked.delete(value)),
                    }),
                    element("span", { class: "form-check-label" }, text),
                ),
            ),
        );
    }

    get value() {
        if (this.select.value === "all") return null;
        return this.select.value === "none" ? [] : [...this.ticked];
    }

    set value(list) {
        const hasNone = [...this.select.options].some(option => option.value === "none");
        this.select.value = list === null || list === undefined ? "all" : list.length === 0 && hasNone ? "none" : "some";
        this.ticked = new Set(list ?? []);
        this.draw();
    }
}

// A name of a region that has no pinger yet can be typed.
export class RegionsControl extends SeveralControl {
    constructor() {
        super("regions", ["all", "some"]);
    }

    offerRegions(regions, problem) {
        this.offer(regions.map(({ region }) => [region, regionName(region)]), problem);
    }
}

// Other monitors, by id.
export class MonitorsControl extends Control {
    constructor(name) {
        super(name, new ApusMonitorPicker());
    }

    get value() {
        return this.control.value;
    }

    set value(ids) {
        this.control.value = ids;
    }
}

// Something that goes in and never comes out: kept as it is unless something is typed or it is taken away.
export class SecretControl extends Control {
    constructor(name, control) {
        const remove = element("input", { type: "checkbox", class: "form-check-input" });
        const state = element("label", { class: "form-check secret-state", hidden: true }, remove, element("span", { class: "form-check-label" }, w.secret.remove));
        super(name, element("div", { class: "control-stack" }, control, state), {});
        control.classList.add("form-control");
        Object.assign(this, { input: control, remove, state });
    }

    set isSet(flag) {
        this.state.hidden = !flag;
        this.remove.checked = false;
        this.input.placeholder = flag ? w.secret.isSet : "";
    }

    get isSet() {
        return !this.state.hidden;
    }

    get value() {
        if (this.remove.checked) return null;
        return this.input.value === "" ? undefined : this.read(this.input.value);
    }

    read(text) {
        return text;
    }
}

// "Name: value", one a line.
export class HeadersControl extends SecretControl {
    constructor() {
        super("headers", element("textarea", { rows: 3, spellcheck: "false", autocomplete: "off" }));
    }

    read(text) {
        const headers = {};
        for (const line of text.split("\n")) {
            if (line.trim() === "") continue;
            const colon = line.indexOf(":");
            const name = (colon < 0 ? line : line.slice(0, colon)).trim();
            headers[name] = colon < 0 ? "" : line.slice(colon + 1).trim();
        }
        return headers;
    }
}
