// Small drawings in the colour of the text around them; words beside them say what they mean.
import { drawing } from "../model/dom.js";

const outlines = {
    // States: each has a shape of its own.
    up: { fill: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z", mark: "M4.8 8.2l2.2 2.3 4.2-4.6" },
    degraded: { fill: "M8 1a7 7 0 0 1 0 14z", line: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z" },
    down: { fill: "M1 2.5h14L8 15z" },
    unknown: { line: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM6 6.3A2 2 0 1 1 8 8.6v.9M8 11.6v.4", dashed: true },
    paused: { fill: "M3 2h3.5v12H3zM9.5 2H13v12H9.5z" },
    new: { line: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z" },
    pending: { line: "M2 3.2h12L8 13.8z" },
    recovering: { line: "M8 2.2l6 10.6H2z" },
    // Things to do.
    search: { line: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3L14 14" },
    plus: { line: "M8 3v10M3 8h10" },
    close: { line: "M4 4l8 8M12 4l-8 8" },
    check: { line: "M3 8.5l3.2 3.3L13 4.5" },
    play: { fill: "M4 2.5l9 5.5-9 5.5z" },
    pause: { fill: "M4 3h3v10H4zM9 3h3v10H9z" },
    edit: { line: "M2.5 13.5l.6-3L10.6 3a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2L5.5 13z" },
    trash: { line: "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4" },
    copy: { line: "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3" },
    refresh: { line: "M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5" },
    help: { line: "M6 6a2 2 0 1 1 2.9 1.8c-.6.3-.9.8-.9 1.5v.4M8 12.2v.3" },
    bell: { line: "M8 2.2c-2.4 0-3.8 1.7-3.8 4 0 3-1.2 4.3-1.2 4.3h10s-1.2-1.3-1.2-4.3c0-2.3-1.4-4-3.8-4zM6.6 12.8a1.5 1.5 0 0 0 2.8 0" },
    lock: { line: "M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" },
    sun: { line: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1" },
    moon: { line: "M13.3 9.6A5.6 5.6 0 0 1 6.4 2.7a5.6 5.6 0 1 0 6.9 6.9z" },
    system: { line: "M2 3h12v8H2zM6 13.5h4" },
    person: { line: "M8 2.5a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2zM2.8 13.8c.5-2.6 2.5-4 5.2-4s4.7 1.4 5.2 4" },
    more: { fill: "M3 7h2v2H3zM7 7h2v2H7zM11 7h2v2h-2z" },
    down_arrow: { line: "M4 6l4 4 4-4" },
    up_arrow: { line: "M4 10l4-4 4 4" },
    right_arrow: { line: "M6 4l4 4-4 4" },
    external: { line: "M9 2.5h4.5V7M13.5 2.5L7.5 8.5M11 9.5v4H2.5V5h4" },
    // Places.
    overview: { line: "M2 3h12M2 8h12M2 13h12" },
    incidents: { line: "M8 2l6.5 11.5h-13zM8 6.5v3M8 11.4v.3" },
    channels: { line: "M2 6.5v3h2.5l5 3.5V3l-5 3.5zM12 5.5a3.5 3.5 0 0 1 0 5" },
    people: { line: "M5.8 3a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4zM1.5 13c.3-2.4 1.8-3.8 4.3-3.8S9.8 10.6 10.1 13M10.5 3.2a2 2 0 0 1 0 4M11.5 9.3c1.7.3 2.7 1.6 3 3.7" },
    pipeline: { line: "M1.5 8h3l1.7-5 3.3 10L11.3 8h3.2" },
};

const apus = "M1 5.5c3 0 5 1 7 4.5 2-3.5 4-4.5 7-4.5-2.5 1-4 2-5 3.5-.9 2-1.4 3.5-2 5.5-.6-2-1.1-3.5-2-5.5C5 7.5 3.5 6.5 1 5.5z";

// The drawing of this name, 1 em wide.
export function icon(name) {
    const { fill, line, mark, dashed } = name === "apus" ? { fill: apus } : (outlines[name] ?? {});
    return drawing(
        "svg",
        { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
        fill && drawing("path", { d: fill, class: "icon-fill" }),
        line && drawing("path", { d: line, class: "icon-line", "stroke-dasharray": dashed ? "2.2 1.6" : null }),
        mark && drawing("path", { d: mark, class: "icon-mark" }),
    );
}
