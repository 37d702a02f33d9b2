// The list as the gateway has it, held in windows of fifty: only what was seen is here.
import { api } from "../../model/api.js";

const size = 50;
// Windows far from what is seen are forgotten.
const most = 12;

export class CardWindows extends EventTarget {
    // How many monitors meet the filter; null: not known yet.
    total = null;
    // Of all that meet the filter, by state.
    counts = null;
    #query = {};
    // By number of the window: { cards, turn }.
    #windows = new Map();
    #loading = new Map();
    // Rises with each refresh: what was asked for before is old.
    #turn = 0;

    // Another filter or order: everything is to be read anew. What is shown stays until then.
    set query(query) {
        this.#query = query;
        for (const loading of this.#loading.values()) loading.abort();
        this.#loading.clear();
        this.total = null;
        this.refresh();
    }

    // Reads anew what is seen next; what is there is shown until the new has come. What is on its way comes first, so that
    // a slow gateway shows something although everything changes all the time.
    refresh() {
        this.#turn += 1;
    }

    // The card at this place of the list, undefined while it is not here.
    at(index) {
        return this.#windows.get(Math.floor(index / size))?.cards[index % size];
    }

    // Puts what the stream told into the card of a monitor; the card, where it is here.
    take(status) {
        const card = this.find(status.monitor);
        if (card) Object.assign(card, status, { heardAt: performance.now() });
        return card;
    }

    // The card of a monitor, where it is here.
    find(id) {
        for (const window of this.#windows.values()) {
            const card = window.cards.find(each => each.monitor === id);
            if (card) return card;
        }
        return undefined;
    }

    // Sees to it that these places are here or on their way.
    want(first, last) {
        const [from, to] = [Math.floor(Math.max(0, first) / size), Math.floor(Math.max(0, last) / size)];
        for (const [number, loading] of this.#loading) {
            if (number >= from && number <= to) continue;
            loading.abort();
            this.#loading.delete(number);
        }
        for (let number = from; number <= to; number += 1) {
            const window = this.#windows.get(number);
            if (window?.turn !== this.#turn && !this.#loading.has(number)) this.#load(number);
        }
        if (this.#windows.size > most) {
            for (const number of [...this.#windows.keys()]) {
                if (number < from - 2 || number > to + 2) this.#windows.delete(number);
            }
        }
    }

    async #load(number) {
        const turn = this.#turn;
        const begun = performance.now();
        const loading = new AbortController();
        this.#loading.set(number, loading);
        try {
            const page = await api.get(
                "cards",
                { ...this.#query, offset: number * size, limit: size },
                { signal: loading.signal },
            );
            if (loading.signal.aborted) return;
            if (page.total !== this.total) {
                // What lies behind the end belongs to a longer list.
                for (const each of [...this.#windows.keys()]) if (each * size >= page.total) this.#windows.delete(each);
            }
            this.total = page.total;
            this.counts = page.counts;
            // What the stream told meanwhile may be newer than the answer.
            const newer = card => (this.find(card.monitor)?.heardAt > begun ? this.find(card.monitor) : card);
            this.#windows.set(number, { cards: page.items.map(newer), turn });
            this.#loading.delete(number);
            this.dispatchEvent(new Event("change"));
        } catch (problem) {
            if (!loading.signal.aborted) this.dispatchEvent(new CustomEvent("problem", { detail: problem }));
        } finally {
            if (this.#loading.get(number) === loading) this.#loading.delete(number);
        }
    }
}
