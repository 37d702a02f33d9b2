// Marks of a time axis at round moments of the reader's zone, and what they say.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [5_000, 15_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour]
    .concat([6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day]);

const seconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const minutes = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const months = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short" });
const days = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

// How far the axis of a chart stands from the left edge, in pixels: what is drawn below one another has one time.
export const axisInset = 56;
// What a label needs, and half of it: at the right edge there is no room for a word.
const room = 88;
const edge = 36;

// The moments of a range of Unix ms that have room for what they say on so many pixels.
export function labelledTicks(from, to, pixels) {
    const last = to - ((to - from) * edge) / Math.max(pixels, 2 * edge);
    return timeTicks(from, to, Math.max(2, Math.floor(pixels / room))).filter(time => time <= last);
}

// At most `most` moments in a range of Unix ms.
function timeTicks(from, to, most) {
    const step = steps.find(each => (to - from) / each <= most) ?? steps.at(-1);
    const ticks = [];
    if (step < day) {
        // Steps of hours begin at midnight of the reader's zone, which may be half an hour off the hour of UTC.
        const first = new Date(from);
        first.setHours(0, 0, 0, 0);
        const start = first.getTime() + Math.ceil((from - first.getTime()) / step) * step;
        for (let time = start; time <= to; time += step) ticks.push(time);
        return ticks;
    }
    const date = new Date(from);
    date.setHours(0, 0, 0, 0);
    if (date.getTime() < from) date.setDate(date.getDate() + 1);
    // Days are counted by the calendar: some have 23 hours.
    for (; date.getTime() <= to; date.setDate(date.getDate() + step / day)) ticks.push(date.getTime());
    return ticks;
}

// What a mark says: the day at midnight and in long ranges, else the time.
export function tickText(time, from, to) {
    if (to - from > 300 * day) return months.format(time);
    const date = new Date(time);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (isMidnight || to - from > 8 * day) return days.format(date);
    return (to - from <= 10 * minute && time % minute !== 0 ? seconds : minutes).format(date);
}
