// Light, dark or as the system has it. Loaded before anything is drawn, so that the page never flashes.

const key = "apus-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = {
    // "light", "dark" or "system".
    get choice() {
        return localStorage.getItem(key) ?? "system";
    },
    set choice(value) {
        if (value === "system") localStorage.removeItem(key);
        else localStorage.setItem(key, value);
        apply();
    },
};

function apply() {
    const { choice } = theme;
    const name = choice === "light" || choice === "dark" ? choice : dark.matches ? "dark" : "light";
    if (document.documentElement.dataset.theme === name) return;
    document.documentElement.dataset.theme = name;
    // Charts paint with colours that they read once.
    dispatchEvent(new CustomEvent("apus-theme", { detail: name }));
}

dark.addEventListener("change", apply);
addEventListener("storage", event => {
    if (event.key === key) apply();
});
apply();
