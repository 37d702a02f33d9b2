// The first minute: a hello, one address to watch, and its first check.
import { field, showFaults } from "../../elements/apus-field.js";
import { api, ApiProblem } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { words } from "../../model/words.js";
import { kinds } from "../channels/channel-form.js";
import { hostOf } from "../monitor-form/form.js";
import { FirstCheck } from "./first-check.js";

const w = words.welcome;

export default class WelcomePage extends HTMLElement {
    static title = () => w.title;

    #target = element("input", {
        name: "target",
        type: "text",
        inputmode: "url",
        required: true,
        maxlength: 2_048,
        placeholder: "https://example.com",
        autocomplete: "url",
        autocapitalize: "none",
        spellcheck: "false",
    });
    #threshold = element("input", { name: "threshold", type: "number", min: 1, max: 1_000, value: 3, inputmode: "numeric" });
    #kind = element("select", { name: "kind" }, kinds.map(kind => element("option", { value: kind }, w.kinds[kind])));
    #url = element("input", { name: "url", type: "url", maxlength: 2_048, placeholder: "https://hooks.example.com/…", autocomplete: "off", spellcheck: "false" });
    #message = element("p", { class: "form-message", role: "alert" });
    #button = element("button", { type: "submit", class: "btn btn-primary btn-lg" }, w.submit);
    // A channel that was made stays made when the monitor is refused.
    #channel = null;

    connectedCallback() {
        this.className = "page page-narrow page-welcome";
        fill(
            this,
            element("h1", {}, w.title),
            element("p", { class: "lead-text" }, w.text),
            element(
                "form",
                { class: "card-form", novalidate: true, onsubmit: event => this.#submit(event) },
                this.#message,
                field({ label: w.target, hint: w.targetHint, control: this.#target, pointer: "/target" }),
                element(
                    "details",
                    { class: "fold" },
                    element("summary", {}, w.alert),
                    element(
                        "div",
                        { class: "form-part" },
                        field({ label: w.threshold, hint: w.thresholdHint, control: this.#threshold, pointer: "/failureThreshold" }),
                        field({ label: w.kind, control: this.#kind, pointer: "/type" }),
                        field({ label: w.url, hint: w.urlHint, control: this.#url, pointer: "/url" }),
                    ),
                ),
                this.#button,
            ),
            element("p", { class: "muted" }, w.more, " ", element("a", { href: "monitors/new" }, w.moreLink)),
        );
        this.#target.focus();
    }

    async #submit(event) {
        event.preventDefault();
        this.#button.disabled = true;
        this.#message.textContent = "";
        try {
            const url = this.#url.value.trim();
            if (url !== "" && this.#channel === null) {
                this.#channel = await api.post("channels", { name: w.channelName(this.#kind.value), type: this.#kind.value, url });
            }
            const document = { ...watch(this.#target.value.trim()), interval: 30 };
            if (this.#threshold.value !== "") document.failureThreshold = Number(this.#threshold.value);
            const monitor = await api.post("monitors", document);
            this.replaceChildren(new FirstCheck(monitor, this.#channel));
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            const rest = showFaults(this, problem);
            if (problem.errors.length === 0 || rest.length > 0) {
                this.#message.textContent = [problem.message, ...rest.map(fault => fault.detail)].join(" ");
            }
        } finally {
            this.#button.disabled = false;
        }
    }
}

// What somebody typed: a URL, a host, or host:port for something that is no website.
function watch(text) {
    const name = hostOf(text) || text;
    if (/^[^/\s]+:\d{1,5}$/.test(text) && !/:(80|443)$/.test(text)) return { name, type: "tcp", target: text };
    return { name, type: "http", target: /^[a-z]+:\/\//i.test(text) || text === "" ? text : `https://${text}` };
}
