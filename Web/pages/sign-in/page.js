// Who are you: by name and password, by a one-time address, or by the admin's key.
import { field } from "../../elements/apus-field.js";
import { ApiProblem } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { router } from "../../model/router.js";
import { session } from "../../model/session.js";
import { words } from "../../model/words.js";

export default class SignInPage extends HTMLElement {
    static title = () => words.signIn.title;

    #message = element("p", { class: "form-message", role: "alert" });

    connectedCallback() {
        this.className = "page page-narrow";
        const token = /^#token=(.+)$/.exec(location.hash)?.[1];
        if (token) {
            // It works once: it is nothing to keep in the history.
            history.replaceState(null, "", location.pathname + location.search);
            this.#useToken(decodeURIComponent(token));
        } else {
            this.#draw(this.query.ended === undefined ? "" : words.signIn.ended);
        }
    }

    async #useToken(token) {
        fill(this, element("p", { class: "page-message", role: "status" }, words.signIn.token));
        try {
            await session.signIn({ token });
            // Who came by a link is new, or lost the password: that is the first thing to see to.
            if (session.person && !this.query.then) router.go("account", { replace: true });
            else this.#goOn();
        } catch (problem) {
            this.#draw(problem.status === 401 ? words.signIn.tokenFailed : problem.message);
        }
    }

    #draw(message) {
        const w = words.signIn;
        const name = element("input", { name: "name", autocomplete: "username", required: true, autocapitalize: "none" });
        const password = element("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
        const key = element("input", { name: "key", type: "password", autocomplete: "off", required: true, spellcheck: "false" });
        this.#message.textContent = message;
        fill(
            this,
            element("h1", {}, w.title),
            this.#message,
            element(
                "form",
                { class: "card-form", onsubmit: event => this.#submit(event, () => session.signIn({ name: name.value, password: password.value }), w.failed) },
                field({ label: w.name, control: name }),
                field({ label: w.password, control: password }),
                element("button", { class: "btn btn-primary", type: "submit" }, w.submit),
                element("p", { class: "form-text" }, w.lost),
            ),
            element(
                "details",
                { class: "fold" },
                element("summary", {}, w.withKey),
                element(
                    "form",
                    { class: "card-form", onsubmit: event => this.#submit(event, () => session.signInWithKey(key.value.trim()), w.keyFailed) },
                    field({ label: w.key, control: key, hint: w.keyHint }),
                    element("button", { class: "btn btn-primary", type: "submit" }, w.submit),
                ),
            ),
        );
        name.focus();
    }

    async #submit(event, signIn, refusal) {
        event.preventDefault();
        const button = event.target.querySelector("button[type=submit]");
        button.disabled = true;
        this.#message.textContent = "";
        try {
            await signIn();
            this.#goOn();
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            this.#message.textContent = problem.status === 401 ? refusal : problem.message;
        } finally {
            button.disabled = false;
        }
    }

    // To where they wanted to go; only addresses of ours.
    #goOn() {
        const then = this.query.then ?? "";
        const isOurs = new URL(then, document.baseURI).href.startsWith(document.baseURI);
        router.go(isOurs ? then : "", { replace: true });
    }
}
