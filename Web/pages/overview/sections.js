// Where each row of the list stands: rows one below the other, or under the headings of their groups.

export class Sections {
    // `groups`: [{ group, monitors, counts, worst }] in the order of the list, or null for a list without headings.
    constructor(groups, total, { rowHeight, headingHeight }) {
        this.rowHeight = rowHeight;
        this.headingHeight = groups ? headingHeight : 0;
        let top = 0;
        let first = 0;
        this.all = (groups ?? [{ group: null, monitors: total }])
            .filter(group => group.monitors > 0)
            .map(group => {
                const section = { ...group, top, first };
                top += this.headingHeight + group.monitors * rowHeight;
                first += group.monitors;
                return section;
            });
        this.height = top;
        this.total = first;
    }

    // The sections that are seen between two heights.
    between(from, to) {
        return this.all.filter(
            section => section.top < to && section.top + this.headingHeight + section.monitors * this.rowHeight > from,
        );
    }

    // The places of the list that are seen between two heights, [first, last]; last < first: none.
    range(from, to) {
        return [this.#place(from, Math.floor), this.#place(to, Math.ceil)];
    }

    // How far down a place of the list is.
    top(index) {
        const section = this.#section(each => each.first <= index);
        return section ? section.top + this.headingHeight + (index - section.first) * this.rowHeight : 0;
    }

    #place(height, round) {
        const section = this.#section(each => each.top <= height);
        if (!section) return 0;
        const rows = round((height - section.top - this.headingHeight) / this.rowHeight);
        return Math.min(this.total - 1, section.first + Math.max(0, Math.min(section.monitors - 1, rows)));
    }

    // The last section of which `isBefore` holds.
    #section(isBefore) {
        let [low, high] = [0, this.all.length - 1];
        while (low < high) {
            const middle = Math.ceil((low + high) / 2);
            if (isBefore(this.all[middle])) low = middle;
            else high = middle - 1;
        }
        return this.all[low];
    }
}
