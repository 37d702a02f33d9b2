// The frame of every page: navigation, who is signed in, and whether what is shown is up to date.
import { api } from "../model/api.js";
import { element, fill } from "../model/dom.js";
import { keyboard } from "../model/keyboard.js";
import { live } from "../model/live.js";
import { router } from "../model/router.js";
import { session } from "../model/session.js";
import { theme } from "../model/theme.js";
import { now } from "../model/time.js";
import { setDown, setTitle } from "../model/title.js";
import { words } from "../model/words.js";
import { navigation } from "../pages/pages.js";
import { toastProblem } from "./apus-toast.js";
import { when } from "./apus-when.js";
import { showHelp } from "./help.js";
import { icon } from "./icon.js";

const themes = ["system", "light", "dark"];
// How often it is counted how many are down although nothing was heard, in milliseconds.
const renewal = 30_000;
// Of so many monitors it is known in which state they were.
const most = 10_000;
const themeIcons = { system: "system", light: "sun", dark: "moon" };

export class ApusShell extends HTMLElement {
    #links = element("ul", { class: "shell-links" });
    #account = element("div", { class: "shell-account" });
    #mark = element("span", { class: "live-mark", role: "status" });
    #banner = element("div", { class: "banner", role: "alert", hidden: true });
    #theme = element("button", { type: "button", class: "button-icon", onclick: () => this.#nextTheme() });
    #main = element("main", { id: "main", tabindex: "-1" });
    #counting = null;
    // The last state that was heard of each monitor.
    #states = new Map();
    #hasShown = false;

    // Where the router puts its pages.
    get outlet() {
        return this.#main;
    }

    connectedCallback() {
        const w = words.navigation;
        fill(
            this,
            element("a", { class: "skip-link", href: "#main", onclick: event => this.#skip(event) }, w.skip),
            element(
                "header",
                { class: "shell-header" },
                element("a", { class: "brand", href: "./" }, icon("apus"), words.name),
                element("nav", { class: "shell-navigation", "aria-label": w.label }, this.#links),
                element(
                    "div",
                    { class: "shell-tools" },
                    this.#mark,
                    this.#theme,
                    element(
                        "button",
                        { type: "button", class: "button-icon", "aria-label": w.help, title: `${w.help} (?)`, onclick: showHelp },
                        icon("help"),
                    ),
                    this.#account,
                ),
            ),
            this.#banner,
            this.#main,
        );
        keyboard.on("?", words.help.help, showHelp);
        session.addEventListener("change", () => {
            this.#drawSession();
            this.#drawLive();
        });
        live.addEventListener("change", () => this.#drawLive());
        router.addEventListener("shown", event => this.#shown(event.detail));
        live.watch([], {
            status: status => this.#hear(status),
            incident: () => this.#countSoon(),
            deleted: () => this.#countSoon(),
            reset: () => this.#countSoon(),
        });
        // A tab in the background has no stream, but a title; and a count may have failed.
        setInterval(() => this.#countSoon(), renewal);
        this.#drawTheme();
        this.#drawSession();
        this.#drawLive();
    }

    #skip(event) {
        // With <base>, "#main" would lead to the start page.
        event.preventDefault();
        this.#main.focus();
    }

    #shown({ name, title }) {
        setTitle(title);
        for (const link of this.querySelectorAll("a[data-page]")) {
            if (link.dataset.page === name) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
        }
        // Readers hear where they are, unless the page has put the focus itself; the first page is not in focus, so that
        // nothing jumps.
        const isPlaced = this.#main.contains(document.activeElement);
        if (this.#hasShown && !isPlaced) this.#main.focus({ preventScroll: true });
        this.#hasShown = true;
    }

    #drawSession() {
        const isIn = session.role !== null;
        // Telephones keep room for the bar at the bottom.
        this.toggleAttribute("data-signed-in", isIn);
        fill(
            this.#links,
            isIn &&
                navigation.filter(page => !page.role || session.may(page.role)).map(page =>
                    element(
                        "li",
                        {},
                        element(
                            "a",
                            {
                                href: page.path === "" ? "./" : page.path,
                                "data-page": page.name,
                                "aria-current": router.current?.name === page.name && "page",
                            },
                            icon(page.name),
                            element("span", {}, words.navigation[page.name]),
                        ),
                    ),
                ),
        );
        if (!isIn) {
            fill(this.#account);
            setDown(null);
            return;
        }
        const name = session.person?.name ?? session.key?.name ?? words.actors.adminKey;
        const account = words.navigation.account(name, words.roles[session.role]);
        fill(
            this.#account,
            element(
                "a",
                { class: "account-name", href: "account", "data-page": "account", title: account, "aria-label": account, "aria-current": router.current?.name === "account" && "page" },
                icon("person"),
                element("span", { class: "ellipsis" }, name),
            ),
            element(
                "button",
                { type: "button", class: "btn btn-sm btn-secondary", onclick: () => session.signOut().catch(toastProblem) },
                words.navigation.signOut,
            ),
        );
        this.#countSoon(0);
    }

    #drawLive() {
        const state = session.role === null ? null : live.isStale ? "offline" : live.state;
        this.#mark.hidden = state === null;
        if (state !== null) {
            this.#mark.dataset.state = state;
            this.#mark.textContent = words.live[state];
            this.#mark.title = state === "live" ? words.live.liveTitle : "";
        }
        document.documentElement.toggleAttribute("data-stale", live.state === "offline" || live.isStale);
        this.#drawBanner();
    }

    #drawBanner() {
        const isIn = session.role !== null;
        const since = isIn && live.state === "offline" ? live.offlineSince : null;
        const shown = since !== null ? `offline ${since}` : isIn && live.isStale ? "stale" : "";
        this.#banner.hidden = shown === "";
        if (this.#banner.dataset.shown === shown) return;
        this.#banner.dataset.shown = shown;
        // Spans are counted by the gateway's clock.
        const text = since !== null ? words.live.offlineSince(when(new Date(since + now() - Date.now()).toISOString(), "for")) : shown && words.live.stale;
        fill(this.#banner, text);
    }

    // Of monitors that a page follows every result is told, of which few change anything.
    #hear({ monitor, state }) {
        if (this.#states.get(monitor) === state) return;
        if (this.#states.size >= most) this.#states.clear();
        this.#states.set(monitor, state);
        this.#countSoon();
    }

    // How many are down, for the title and the icon; asked once for many changes.
    #countSoon(wait = 400) {
        this.#counting ??= setTimeout(async () => {
            this.#counting = null;
            if (session.role === null) return;
            try {
                const overview = await api.get("overview");
                setDown(overview.counts.down);
            } catch {
                setDown(null);
            }
        }, wait);
    }

    #nextTheme() {
        theme.choice = themes[(themes.indexOf(theme.choice) + 1) % themes.length];
        this.#drawTheme();
    }

    #drawTheme() {
        const { choice } = theme;
        const text = `${words.theme.label}: ${words.theme[choice]}`;
        this.#theme.setAttribute("aria-label", text);
        this.#theme.title = text;
        fill(this.#theme, icon(themeIcons[choice] ?? "system"));
    }
}

customElements.define("apus-shell", ApusShell);
