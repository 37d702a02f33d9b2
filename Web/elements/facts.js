// Names with their values, below one another.
import { element } from "../model/dom.js";

// `pairs`: [[name, value]]; null and false are left out.
export function facts(pairs) {
    return element("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}
