// Names and flags of regions.
import { words } from "./words.js";

const globes = { na: "🌎", sa: "🌎", eu: "🇪🇺", af: "🌍", as: "🌏", oc: "🌏", an: "🌐" };
const countries = new Intl.DisplayNames(undefined, { type: "region", fallback: "none" });

// "us-east" → "United States (us-east)", "eu" → "Europe"; a name that says nothing to us stays as it is.
export function regionName(region) {
    if (words.continents[region]) return words.continents[region];
    const code = region.split("-")[0];
    const country = code.length === 2 ? nameOf(code) : undefined;
    if (!country) return region;
    return code === region ? country : `${country} (${region})`;
}

// The flag of a country, a globe for a continent, nothing for other names.
export function regionFlag(region) {
    if (globes[region]) return globes[region];
    const code = region.split("-")[0];
    if (code.length !== 2 || !nameOf(code)) return "";
    return String.fromCodePoint(...[...code.toUpperCase()].map(letter => 0x1f1e6 + letter.charCodeAt(0) - 65));
}

function nameOf(code) {
    try {
        return countries.of(code.toUpperCase());
    } catch {
        return undefined;
    }
}
