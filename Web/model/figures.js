// Numbers as people read them.
import { words } from "./words.js";

// Milliseconds: "0.8 ms", "12 ms", "1.24 s"; null: a dash.
export function latency(milliseconds) {
    if (milliseconds === null || milliseconds === undefined) return words.figures.none;
    if (milliseconds < 10) return words.figures.milliseconds(milliseconds.toFixed(1));
    if (milliseconds < 1_000) return words.figures.milliseconds(Math.round(milliseconds).toString());
    return words.figures.seconds((milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1));
}

// A share of 1 as percent, never rounded up to 100 or down to 0: "99.98 %"; null: a dash.
export function percent(share, digits = 2) {
    if (share === null || share === undefined) return words.figures.none;
    if (share === 1) return words.figures.percent("100");
    const scale = 10 ** digits;
    const cut = Math.floor(share * 100 * scale) / scale;
    return words.figures.percent(cut === 0 && share > 0 ? `<${1 / scale}` : cut.toFixed(digits));
}

const grouped = new Intl.NumberFormat();

// "12,345" as the reader writes it.
export function count(number) {
    return number === null || number === undefined ? words.figures.none : grouped.format(number);
}

// Bytes: "512 B", "1.4 kB", "3.2 GB".
export function bytes(number) {
    if (number === null || number === undefined) return words.figures.none;
    let power = 0;
    while (number >= 1_000 && power < 4) {
        number /= 1_000;
        power += 1;
    }
    return words.figures.bytes(power === 0 || number >= 100 ? Math.round(number) : number.toFixed(1), power);
}
