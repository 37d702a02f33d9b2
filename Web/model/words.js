// The language of the pages; a translation is a second file of words, chosen here.
export { words } from "../words/en.js";
