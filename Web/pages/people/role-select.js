// The choice of a role.
import { element } from "../../model/dom.js";
import { words } from "../../model/words.js";

export function roleSelect(role) {
    const select = element("select", {}, Object.entries(words.roles).map(([value, text]) => element("option", { value }, text)));
    select.value = role;
    return select;
}
