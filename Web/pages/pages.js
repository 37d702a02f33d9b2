// Every page of the dashboard and its address; the gateway answers each of these addresses with index.html.
//
// A page's module exports its element as default, with `static title(params)`; the router gives it `params` and `query`.
// `role` is the least role that may do anything there: others are told so, and not offered the way.

export const pages = [
    { name: "overview", path: "", load: () => import("./overview/page.js"), isNavigation: true },
    { name: "welcome", path: "welcome", load: () => import("./welcome/page.js"), role: "editor" },
    { name: "monitor-new", path: "monitors/new", load: () => import("./monitor-form/page.js"), role: "editor" },
    { name: "monitor-edit", path: "monitors/:id/edit", load: () => import("./monitor-form/page.js"), role: "editor" },
    { name: "monitor", path: "monitors/:id", load: () => import("./monitor/page.js") },
    { name: "incidents", path: "incidents", load: () => import("./incidents/page.js"), isNavigation: true },
    { name: "incident", path: "incidents/:id", load: () => import("./incident/page.js") },
    { name: "channels", path: "channels", load: () => import("./channels/page.js"), isNavigation: true },
    { name: "people", path: "people", load: () => import("./people/page.js"), isNavigation: true, role: "admin" },
    { name: "audit", path: "audit", load: () => import("./audit/page.js"), role: "admin" },
    { name: "account", path: "account", load: () => import("./account/page.js") },
    { name: "pipeline", path: "pipeline", load: () => import("./pipeline/page.js"), isNavigation: true },
    { name: "sign-in", path: "sign-in", load: () => import("./sign-in/page.js"), isOpen: true },
];

// What the navigation shows, in this order.
export const navigation = pages.filter(page => page.isNavigation);
