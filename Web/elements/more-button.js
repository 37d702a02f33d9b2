// The button below a list that reads its next page; hidden until there is one.
import { element } from "../model/dom.js";
import { words } from "../model/words.js";

export function moreButton(onclick) {
    return element("button", { type: "button", class: "btn btn-secondary", hidden: true, onclick }, words.list.more);
}
