// The title and the icon of the tab: which page it is, and how many monitors are down.
import { words } from "./words.js";

const own = document.querySelector("link[rel=icon]").href;
let page = "";
let down = null;

// The name of the page.
export function setTitle(text) {
    page = text;
    draw();
}

// How many are down; null: it is not known.
export function setDown(count) {
    if (count === down) return;
    down = count;
    draw();
    drawIcon();
}

function draw() {
    const name = page ? `${page} · ${words.name}` : words.name;
    document.title = down ? `(${down}) ${name}` : name;
}

function drawIcon() {
    const link = document.querySelector("link[rel=icon]");
    if (!down) {
        link.href = own;
        return;
    }
    const text = down > 99 ? "99+" : String(down);
    const size = text.length > 2 ? 13 : text.length > 1 ? 17 : 21;
    const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M1 3h30L16 31z" fill="#b4232a" ' +
        'stroke="#b4232a" stroke-width="2" stroke-linejoin="round"/><text x="16" y="18" fill="#fff" ' +
        `font-family="sans-serif" font-weight="bold" font-size="${size}" text-anchor="middle">${text}</text></svg>`;
    link.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
