// The list as the gateway has it, held in windows of fifty: only what was seen is here.
import { api } from "../../model/api.js";

const size = 50;
// Windows far from what is seen are forgotten.
const most = 12;
// So many are read at once where only their ids are asked for.
const step = 500;
// An answer may come this late, in milliseconds; each attempt after one that was given up has twice as long.
const patience = 4_000;
// After a failure it is asked again this much later, then twice as much.
const pause = 1_000;
const longest = 30_000;

export class CardWindows extends EventTarget {
    // How many monitors meet the filter; null: not known yet.
    total = null;
    // Of all that meet the filter, by state.
    counts = null;
    #query = {};
    // By number of the window: { cards, turn, query, begun }; turn null: another one has a monitor of it by now.
    #windows = new Map();
    // Those on their way, by number.
    #loading = new Map();
    // Rises with each refresh: what was asked for before is old.
    #turn = 0;

    // Another filter or order: everything is to be read anew. What is shown stays until then.
    set query(query) {
        this.end();
        this.#query = query;
        this.total = null;
        this.refresh();
    }

    // Gives up what is on its way.
    end() {
        for (const loading of this.#loading.values()) loading.abort();
        this.#loading.clear();
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
            const card = window.cards.find(each => each?.monitor === id);
            if (card) return card;
        }
        return undefined;
    }

    // The ids of the monitors at these places, of which those that are not here are read; null where another list was asked
    // for meanwhile.
    async ids(from, to) {
        const query = this.#query;
        const ids = new Set();
        for (let index = from; index <= to; ) {
            const card = this.at(index);
            if (card) {
                ids.add(card.monitor);
                index += 1;
                continue;
            }
            const begin = index;
            while (index <= to && index - begin < step && !this.at(index)) index += 1;
            const { items } = await this.#read(begin, index - begin);
            if (query !== this.#query) return null;
            for (const { monitor } of items) ids.add(monitor);
        }
        return [...ids];
    }

    // Sees to it that these places are here or on their way, and no others.
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

    // Reads a window until it is here, or nobody wants it any more.
    async #load(number) {
        const loading = new AbortController();
        const { signal } = loading;
        this.#loading.set(number, loading);
        const former = this.#windows.get(number);
        // A monitor that goes to and fro between two windows has them read now and then, not all the time.
        if (former?.turn === null) await rest(former.begun + pause - performance.now(), signal);
        let [limit, wait] = [patience, pause];
        while (!signal.aborted) {
            const attempt = { turn: this.#turn, query: this.#query, begun: performance.now() };
            const late = AbortSignal.timeout(limit);
            try {
                const page = await this.#read(number * size, size, AbortSignal.any([signal, late]));
                if (signal.aborted) return;
                this.#loading.delete(number);
                this.#take(number, page, attempt);
                return;
            } catch (problem) {
                if (signal.aborted) return;
                if (late.aborted) {
                    // What was given up takes its connection along: the next attempt has another.
                    limit = Math.min(longest, limit * 2);
                    continue;
                }
                this.dispatchEvent(new CustomEvent("problem", { detail: problem }));
                await rest(wait, signal);
                wait = Math.min(longest, wait * 2);
            }
        }
    }

    #read(offset, limit, signal) {
        return api.get("cards", { ...this.#query, offset, limit }, { signal });
    }

    #take(number, page, attempt) {
        // What the stream told meanwhile may be newer than the answer.
        const cards = page.items.map(card => {
            const here = this.find(card.monitor);
            return here?.heardAt > attempt.begun ? here : card;
        });
        for (const [each, { query }] of [...this.#windows]) {
            // What lies behind the end belongs to a longer list.
            if (query !== this.#query || each * size >= page.total) this.#windows.delete(each);
        }
        this.total = page.total;
        this.counts = page.counts;
        this.#windows.set(number, { cards, ...attempt });
        this.#leaveOthers(number);
        this.dispatchEvent(new Event("change"));
    }

    // A monitor stands at one place: windows that were read before it came to this one are to be read anew.
    #leaveOthers(number) {
        const ids = new Set(this.#windows.get(number).cards.map(card => card.monitor));
        for (const [other, window] of this.#windows) {
            if (other === number || !window.cards.some(card => ids.has(card?.monitor))) continue;
            window.cards = window.cards.map(card => (ids.has(card?.monitor) ? undefined : card));
            window.turn = null;
        }
    }
}

// Waits so many milliseconds, or until it is given up.
function rest(milliseconds, signal) {
    return new Promise(resolve => {
        const timer = setTimeout(resolve, Math.max(0, milliseconds));
        signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
    });
}
