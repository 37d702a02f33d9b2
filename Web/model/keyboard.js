// Shortcuts of one key, which can be switched off (WCAG 2.1.4), and the list of them for the help.

const key = "apus-shortcuts";
const shortcuts = new Map();

export const keyboard = {
    // Whether single keys do anything.
    get isOn() {
        return localStorage.getItem(key) !== "off";
    },
    set isOn(flag) {
        if (flag) localStorage.removeItem(key);
        else localStorage.setItem(key, "off");
    },

    // Runs `action` when the key is typed outside of a field; returns what takes it back.
    on(name, meaning, action) {
        shortcuts.set(name, { meaning, action });
        return () => {
            if (shortcuts.get(name)?.action === action) shortcuts.delete(name);
        };
    },

    // [[key, meaning]] of what works on this page.
    get list() {
        return [...shortcuts].map(([name, { meaning }]) => [name, meaning]);
    },
};

document.addEventListener("keydown", event => {
    if (!keyboard.isOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable], dialog")) return;
    const shortcut = shortcuts.get(event.key);
    if (!shortcut) return;
    event.preventDefault();
    shortcut.action();
});
