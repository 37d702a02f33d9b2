// The monitors that are chosen, by id, wherever in the list they are.
export class Selection extends EventTarget {
    // The place in the list that was chosen last, from which Shift goes on.
    last = null;
    #ids = new Set();

    get size() {
        return this.#ids.size;
    }

    get ids() {
        return [...this.#ids];
    }

    has(id) {
        return this.#ids.has(id);
    }

    change(ids, isOn) {
        for (const id of ids) {
            if (isOn) this.#ids.add(id);
            else this.#ids.delete(id);
        }
        this.dispatchEvent(new Event("change"));
    }

    clear() {
        this.#ids.clear();
        this.last = null;
        this.dispatchEvent(new Event("change"));
    }
}
