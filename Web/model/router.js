// Addresses and the pages behind them, without loading the document again.
import { words } from "./words.js";

// Remembers that the document was loaded again for a page that could not be had: once is enough.
const reloaded = "apus-reloaded";

// Says "leave" before another page is shown, and "shown" after it.
class Router extends EventTarget {
    #pages = [];
    #outlet = null;
    #guards = null;
    #shown = null;
    #turn = 0;

    // `pages`: [{ name, path, load }], the path such as "monitors/:id"; the first that matches is shown in `outlet`,
    // unless `redirect(page)` names an address to go to instead, or `refuse(page)` an element to show.
    start(pages, outlet, guards) {
        this.#pages = pages.map(page => ({ ...page, pattern: compile(page.path) }));
        this.#outlet = outlet;
        this.#guards = guards;
        document.addEventListener("click", event => this.#click(event));
        // Pages come later than the browser would scroll.
        history.scrollRestoration = "manual";
        addEventListener("popstate", event => this.#show(event.state?.scroll ?? 0));
        this.#show(history.state?.scroll ?? 0);
        addEventListener("pagehide", () => this.#keepScroll());
    }

    // Begins to load the page of the address, while others still find out who asks.
    preload(pages) {
        const { path } = this;
        pages.find(page => compile(page.path).test(path))?.load().catch(() => {});
    }

    // The path below the base, without slashes at its ends.
    get path() {
        const base = new URL(document.baseURI).pathname;
        return location.pathname.replace(/\/?$/, "/").slice(base.length).replace(/\/$/, "");
    }

    // The page that is shown: { name, params }.
    get current() {
        return this.#shown;
    }

    get query() {
        return Object.fromEntries(new URLSearchParams(location.search));
    }

    // Goes to an address below the base, such as "monitors/3?range=1h".
    go(address, { replace = false } = {}) {
        if (!replace) this.#keepScroll();
        const url = new URL(address, document.baseURI);
        history[replace ? "replaceState" : "pushState"](null, "", url);
        this.#show();
    }

    // Changes the query of the page that is shown, which goes on; empty values are left out.
    setQuery(changes) {
        const url = new URL(location.href);
        for (const [name, value] of Object.entries(changes)) {
            if (value === null || value === undefined || value === "") url.searchParams.delete(name);
            else url.searchParams.set(name, value);
        }
        history.replaceState(history.state, "", url);
    }

    // How far down a page was is kept with its entry in the history, for the way back.
    #keepScroll() {
        history.replaceState({ ...history.state, scroll: scrollY }, "");
    }

    // Shows the page of the address anew.
    refresh() {
        this.#show();
    }

    #click(event) {
        const link = event.target.closest?.("a[href]");
        if (!link || event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        if (link.target || link.hasAttribute("download") || !link.href.startsWith(document.baseURI)) return;
        const address = link.href.slice(document.baseURI.length);
        if (/^(api|web|assets|docs|redoc|openapi\.yaml)(\/|$|\?)/.test(address)) return;
        event.preventDefault();
        this.go(address);
    }

    async #show(scroll = 0) {
        const turn = ++this.#turn;
        const { path } = this;
        for (const page of this.#pages) {
            const match = page.pattern.exec(path);
            if (!match) continue;
            const instead = this.#guards.redirect(page);
            if (instead !== null) return this.go(instead, { replace: true });
            const refusal = this.#guards.refuse(page);
            if (refusal !== null) return this.#put(page, {}, refusal);
            let params;
            try {
                params = Object.fromEntries(
                    Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
                );
            } catch {
                break;
            }
            let node;
            try {
                const { default: Page } = await page.load();
                if (!customElements.getName(Page)) customElements.define(`apus-${page.name}-page`, Page);
                node = Object.assign(new Page(), { params, query: this.query });
                node.pageTitle = Page.title?.(params) ?? "";
                sessionStorage.removeItem(reloaded);
            } catch (error) {
                // The gateway serves a newer dashboard meanwhile, or is away: a file could not be had.
                if (sessionStorage.getItem(reloaded) === null) {
                    sessionStorage.setItem(reloaded, "1");
                    location.reload();
                    return;
                }
                node = this.#message(words.router.failed);
                reportError(error);
            }
            // Somebody went on while the page was loaded.
            if (turn !== this.#turn) return;
            return this.#put(page, params, node, scroll);
        }
        this.#put({ name: "none" }, {}, this.#message(words.router.notFound));
    }

    #put(page, params, node, scroll = 0) {
        this.#shown = { name: page.name, params };
        // What lies over a page must be gone before the next one puts the focus where it wants it.
        this.dispatchEvent(new Event("leave"));
        this.#outlet.replaceChildren(node);
        scrollTo(0, 0);
        if (scroll > 0) scrollBack(scroll, this.#turn, () => this.#turn);
        this.dispatchEvent(new CustomEvent("shown", { detail: { ...this.#shown, title: node.pageTitle ?? "", node } }));
    }

    #message(text) {
        const node = document.createElement("p");
        node.className = "page-message";
        node.textContent = text;
        node.pageTitle = text;
        return node;
    }
}

function compile(path) {
    const source = path.replace(/:([a-z]+)/gi, "(?<$1>[^/]+)");
    return new RegExp(`^${source}$`);
}

// Scrolls to where a page was, once it is long enough again; gives up after two seconds, or when somebody went on.
function scrollBack(place, turn, current) {
    const begun = performance.now();
    const step = () => {
        if (turn !== current() || scrollY > 0 || performance.now() - begun > 2_000) return;
        if (document.documentElement.scrollHeight >= place + innerHeight) scrollTo(0, place);
        else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
}

export const router = new Router();
