// Why a check failed.
import { words } from "./words.js";

// A reason of the API in words; one that we don't know stays as it is, and so does null.
export function reasonText(reason) {
    return words.reasons[reason] ?? reason;
}
