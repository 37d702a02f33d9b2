// Makes elements without markup: text is always text, whatever it holds.

// element("button", { class: "btn", onclick: save, ".value": 3 }, "Save", icon("check"))
// A name with a dot in front is a property, a function an event listener, false and null are left out.
export function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith(".")) node[key.slice(1)] = value;
        else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
        else node.setAttribute(key, value === true ? "" : value);
    }
    add(node, children);
    return node;
}

// Appends nodes, texts and lists of them; what is null or false is left out.
export function add(node, children) {
    for (const child of [children].flat(Infinity)) {
        if (child === null || child === undefined || child === false) continue;
        node.append(child instanceof Node ? child : document.createTextNode(child));
    }
}

// Puts these children in the place of all others.
export function fill(node, ...children) {
    node.replaceChildren();
    add(node, children);
    return node;
}

const svgNamespace = "http://www.w3.org/2000/svg";

// The same for SVG.
export function drawing(name, attributes = {}, ...children) {
    const node = document.createElementNS(svgNamespace, name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    for (const child of children.flat(Infinity)) if (child) node.append(child);
    return node;
}

let last = 0;

// An id that no other element of the document has.
export function freshID(prefix = "id") {
    last += 1;
    return `${prefix}-${last}`;
}
