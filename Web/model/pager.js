// A list of the API that comes in pages, read one after the other.
import { api } from "./api.js";

export class Pager extends EventTarget {
    items = [];
    // Whether there is more to read.
    hasMore = false;
    // How many pages were read.
    pages = 0;
    #path;
    #query;
    #cursor = null;
    #loading = null;

    constructor(path, query = {}) {
        super();
        this.#path = path;
        this.#query = query;
    }

    // Other filters: begins anew.
    set query(query) {
        this.#query = query;
        this.#cursor = null;
        this.pages = 0;
        this.reload();
    }

    // Reads the first page anew; what is shown stays until it is here.
    reload() {
        return this.#load(null);
    }

    // Looks whether the first page has changed, unless somebody reads on; what is on its way comes first.
    refresh() {
        if (this.#loading === null && this.pages <= 1) this.reload();
    }

    // Reads the next page.
    more() {
        return this.#load(this.#cursor);
    }

    end() {
        this.#loading?.abort();
    }

    async #load(cursor) {
        this.#loading?.abort();
        const loading = new AbortController();
        this.#loading = loading;
        try {
            const page = await api.get(this.#path, { ...this.#query, cursor }, { signal: loading.signal });
            if (loading.signal.aborted) return;
            this.items = cursor ? [...this.items, ...page.items] : page.items;
            this.pages = cursor ? this.pages + 1 : 1;
            this.#cursor = page.nextCursor;
            this.hasMore = page.nextCursor !== null;
            this.dispatchEvent(new Event("change"));
        } catch (problem) {
            if (!loading.signal.aborted) this.dispatchEvent(new CustomEvent("problem", { detail: problem }));
        } finally {
            if (this.#loading === loading) this.#loading = null;
        }
    }
}
