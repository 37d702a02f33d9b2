// Times in the reader's zone, exact in UTC on demand, and spans in words.
import { words } from "./words.js";

let offset = 0;

// Milliseconds since 1970 by the gateway's clock: the reader's own may be minutes off.
export function now() {
    return Date.now() + offset;
}

// Takes the time of an answer, whose `Date` has whole seconds.
export function observeClock(date) {
    const served = Date.parse(date ?? "");
    if (Number.isNaN(served)) return;
    const difference = served + 500 - Date.now();
    offset = Math.abs(difference) > 2_500 ? difference : 0;
}

// "4 min", "2 h 5 min", "3 d 4 h": the two largest units of a span in milliseconds.
export function span(milliseconds) {
    let seconds = Math.max(0, Math.floor(milliseconds / 1_000));
    const units = [
        ["d", 86_400],
        ["h", 3_600],
        ["min", 60],
        ["s", 1],
    ];
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first < 0) return words.time.units.s(0);
    const parts = [];
    for (const [unit, size] of units.slice(first, first + 2)) {
        const count = Math.floor(seconds / size);
        seconds -= count * size;
        if (count > 0) parts.push(words.time.units[unit](count));
        // Seconds matter within the first minutes only.
        if (unit === "min" && count >= 5) break;
    }
    return parts.join(" ");
}

// How long ago, as in "4 min ago"; the future as in "in 3 d".
export function ago(time) {
    const passed = now() - time;
    if (passed < -1_000) return words.time.ahead(span(-passed));
    return passed < 2_000 ? words.time.justNow : words.time.ago(span(passed));
}

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

// In the reader's zone; the date is left out for today's.
export function local(time) {
    const date = new Date(time);
    const isToday = date.toDateString() === new Date(now()).toDateString();
    return (isToday ? timeOnly : dateAndTime).format(date);
}

// "2026-11-21 04:12:33.120 UTC".
export function utc(time) {
    return new Date(time).toISOString().replace("T", " ").replace("Z", " UTC");
}

// The name of the reader's zone, such as "Europe/Berlin".
export const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

// A duration of the API, in seconds: "10 s", "2 min 30 s", "0.5 s".
export function duration(seconds) {
    if (seconds < 60) return words.time.units.s(Number(seconds.toFixed(3)));
    const whole = Math.floor(seconds / 60) * 60;
    const rest = Number((seconds - whole).toFixed(3));
    if (seconds >= 3_600 || rest === 0) return span(seconds * 1_000);
    return `${span(whole * 1_000)} ${words.time.units.s(rest)}`;
}

const ticking = new Set();
let timer = null;

// Calls back every second while the page is seen; returns what ends it.
export function everySecond(body) {
    ticking.add(body);
    timer ??= setInterval(() => {
        if (document.visibilityState === "visible") for (const each of [...ticking]) each();
    }, 1_000);
    return () => {
        ticking.delete(body);
        if (ticking.size > 0) return;
        clearInterval(timer);
        timer = null;
    };
}

// A moment as the value of an input of the type datetime-local, in the reader's zone.
export function toInput(time) {
    const date = new Date(time);
    return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

// The moment of such a value in Unix ms; null: it is none.
export function fromInput(text) {
    const time = text === "" ? NaN : new Date(text).getTime();
    return Number.isNaN(time) ? null : time;
}
