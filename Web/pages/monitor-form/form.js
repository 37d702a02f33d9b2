// The form of a monitor: every field of the API, the rare ones folded in.
import { element, fill } from "../../model/dom.js";
import { words } from "../../model/words.js";
import { Authentication } from "./authentication.js";
import {
    ChoiceControl,
    DurationControl,
    HeadersControl,
    MonitorsControl,
    NumberControl,
    QuorumControl,
    RegionsControl,
    SecretControl,
    SeveralControl,
    SwitchControl,
    TagsControl,
    TextControl,
} from "./controls.js";

const w = words.monitorForm;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export class MonitorForm extends HTMLElement {
    // What the document said before; null: a new monitor.
    #before = null;
    #type = new ChoiceControl("type", [
        ["http", w.types.http],
        ["tcp", w.types.tcp],
    ]);
    #target = new TextControl("target", { required: true, inputmode: "url", maxlength: 2_048, spellcheck: "false", autocapitalize: "none" });
    #name = new TextControl("name", { required: true, maxlength: 200 });
    #regions = new RegionsControl();
    #channels = new SeveralControl("channels", ["all", "none", "some"]);
    #dependsOn = new MonitorsControl("dependsOn");
    #group = new TextControl("group", { maxlength: 100, list: "known-groups" });
    #groups = element("datalist", { id: "known-groups" });
    #authentication = new Authentication();
    #body = new SecretControl("body", element("textarea", { rows: 4, spellcheck: "false" }));
    #headers = new HeadersControl();

    #parts = {
        basics: [this.#type, this.#target, this.#name, new DurationControl("interval", { placeholder: "60" })],
        judgement: [
            new NumberControl("failureThreshold", { min: 1, max: 1_000, placeholder: "3" }),
            new NumberControl("recoveryThreshold", { min: 1, max: 1_000, placeholder: "2" }),
            new DurationControl("retryInterval", { placeholder: w.defaults.retryInterval }),
            new DurationControl("timeout", { placeholder: w.defaults.timeout }),
            new DurationControl("degradedAfter", { placeholder: "1" }),
            this.#regions,
            new QuorumControl("quorum"),
        ],
        notices: [
            this.#channels,
            new DurationControl("reminderInterval", { placeholder: w.defaults.reminderInterval }),
            this.#dependsOn,
        ],
        http: [
            new ChoiceControl("method", methods.map(method => [method, method])),
            this.#headers,
            this.#body,
            new TextControl("statuses", { placeholder: "200-299", spellcheck: "false" }),
            new TextControl("keyword", { maxlength: 1_024 }),
            new SwitchControl("invertKeyword"),
            new NumberControl("maxRedirects", { min: 0, max: 20, placeholder: "10" }),
            new SwitchControl("verifyTls"),
        ],
        labels: [this.#group, new TagsControl("tags")],
        more: [
            new ChoiceControl("addressFamily", ["any", "ipv4", "ipv6"].map(family => [family, w.families[family]])),
            new SwitchControl("enabled"),
        ],
    };

    #httpFold = null;

    constructor() {
        super();
        this.#value("verifyTls", true);
        this.#value("enabled", true);
        this.#type.control.addEventListener("change", () => this.#showType());
        // Until somebody names it, a monitor is called as the host it watches.
        this.#target.control.addEventListener("input", () => {
            if (this.#before === null && !this.#isNamed) this.#name.value = hostOf(this.#target.value);
        });
        this.#name.control.addEventListener("input", () => (this.#isNamed = this.#name.value !== ""));
    }

    #isNamed = false;

    connectedCallback() {
        if (this.firstChild) return;
        const nodes = name => this.#parts[name].map(control => control.node);
        this.#httpFold = fold(w.folds.http, nodes("http"), this.#authentication.node);
        fill(
            this,
            element("div", { class: "form-part" }, nodes("basics")),
            fold(w.folds.notices, nodes("notices")),
            fold(w.folds.judgement, nodes("judgement")),
            this.#httpFold,
            fold(w.folds.labels, nodes("labels"), this.#groups),
            fold(w.folds.more, nodes("more")),
        );
        this.#showType();
    }

    // What can be chosen from: { regions, channels, groups }, each { items, problem }: as the API lists them, or why it can't.
    offer({ regions, channels, groups }) {
        this.#regions.offerRegions(regions.items, regions.problem);
        this.#channels.offer(channels.items.map(({ id, name, type }) => [id, `${name} (${type})`]), channels.problem);
        fill(this.#groups, groups.items.filter(({ group }) => group).map(({ group }) => element("option", { value: group })));
    }

    // The monitor that is edited.
    set monitor(monitor) {
        this.#dependsOn.control.excluded = monitor.id;
        this.#fill(monitor);
        this.#before = monitor;
        this.#shown = this.#read();
    }

    // The monitor of which a new one is made; its secrets stay where they are.
    set template(monitor) {
        this.#fill({ ...monitor, name: w.copyOf(monitor.name), secrets: [] });
        this.#isNamed = true;
    }

    #shown = {};

    // What is to be sent: of a new monitor what was said, of an old one what was changed.
    get document() {
        const said = this.#read();
        const document = {};
        for (const [name, value] of Object.entries(said)) {
            if (value === undefined) continue;
            if (this.#before === null ? value !== null : JSON.stringify(value) !== JSON.stringify(this.#shown[name])) {
                document[name] = value;
            }
        }
        // Another type makes the former target meaningless.
        if ("type" in document) document.target = said.target;
        return document;
    }

    focusFirst() {
        this.#target.control.focus();
    }

    get #controls() {
        const isHTTP = this.#type.value === "http";
        return Object.entries(this.#parts).flatMap(([part, controls]) => (part === "http" && !isHTTP ? [] : controls));
    }

    #read() {
        const document = {};
        for (const control of this.#controls) document[control.name] = control.value;
        if (this.#type.value === "http") Object.assign(document, this.#authentication.document);
        return document;
    }

    #fill(monitor) {
        for (const control of Object.values(this.#parts).flat()) {
            if (!(control instanceof SecretControl) && control.name in monitor) control.value = monitor[control.name];
        }
        const secrets = monitor.secrets ?? [];
        this.#headers.isSet = secrets.includes("headers");
        this.#body.isSet = secrets.includes("body");
        this.#authentication.secrets = secrets;
        this.#showType();
    }

    #value(name, value) {
        for (const control of Object.values(this.#parts).flat()) if (control.name === name) control.value = value;
    }

    #showType() {
        const isHTTP = this.#type.value === "http";
        if (this.#httpFold) this.#httpFold.hidden = !isHTTP;
        this.#target.control.placeholder = isHTTP ? "https://example.com/health" : "db.example.com:5432";
    }
}

function fold(title, ...content) {
    return element("details", { class: "fold" }, element("summary", {}, title), element("div", { class: "form-part" }, content));
}

// "https://shop.example.com/x" and "db:5432" → the host.
export function hostOf(target) {
    return target.trim().replace(/^[a-z]+:\/\//i, "").split(/[/?#]/)[0].replace(/:\d*$/, "");
}

customElements.define("apus-monitor-form", MonitorForm);
