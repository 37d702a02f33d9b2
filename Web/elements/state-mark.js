// How something other than a monitor is, as a shape and words.
import { element } from "../model/dom.js";
import { icon } from "./icon.js";

// `state` is that of a monitor which has this shape and colour.
export function stateMark(state, ...text) {
    return element("span", { class: "state-mark", "data-state": state }, icon(state), text);
}
