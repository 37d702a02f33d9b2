// How a check signs in: not at all, with name and password, or with a token. Kept as it is unless it is changed.
import { field } from "../../elements/apus-field.js";
import { element } from "../../model/dom.js";
import { words } from "../../model/words.js";

const w = words.monitorForm.authentication;

export class Authentication {
    #secrets = [];
    #kind = element(
        "select",
        {},
        ["keep", "none", "basic", "bearer"].map(kind => element("option", { value: kind }, w[kind])),
    );
    #user = element("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    #password = element("input", { type: "password", autocomplete: "new-password" });
    #token = element("input", { type: "password", autocomplete: "off" });
    #basic = element(
        "div",
        { class: "form-part-inner" },
        field({ label: w.user, control: this.#user, pointer: "/basicAuth/user" }),
        field({ label: w.password, control: this.#password, pointer: "/basicAuth/password" }),
    );
    #bearer = element("div", { class: "form-part-inner" }, field({ label: w.token, control: this.#token, pointer: "/bearerToken" }));

    constructor() {
        this.#kind.addEventListener("change", () => this.#draw());
        this.node = element(
            "div",
            { class: "control-stack" },
            field({ label: w.label, control: this.#kind, pointer: "/basicAuth" }),
            this.#basic,
            this.#bearer,
        );
        this.secrets = [];
    }

    // Which secrets the monitor has.
    set secrets(secrets) {
        this.#secrets = secrets;
        const isSet = secrets.includes("basicAuth") || secrets.includes("bearerToken");
        this.#kind.options[0].hidden = !isSet;
        this.#kind.value = isSet ? "keep" : "none";
        this.#draw();
    }

    // The members to be sent.
    get document() {
        const had = name => (this.#secrets.includes(name) ? null : undefined);
        switch (this.#kind.value) {
            case "basic":
                return {
                    basicAuth: { user: this.#user.value, password: this.#password.value },
                    bearerToken: had("bearerToken"),
                };
            case "bearer":
                return { bearerToken: this.#token.value, basicAuth: had("basicAuth") };
            case "none":
                return { basicAuth: had("basicAuth"), bearerToken: had("bearerToken") };
            default:
                return {};
        }
    }

    #draw() {
        this.#basic.hidden = this.#kind.value !== "basic";
        this.#bearer.hidden = this.#kind.value !== "bearer";
    }
}
