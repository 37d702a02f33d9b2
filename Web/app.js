// Starts the dashboard: who is signed in, the frame, the stream of changes, then the page of the address.
import { refusal } from "./elements/apus-refusal.js";
import { ApusShell } from "./elements/apus-shell.js";
import { ApiProblem } from "./model/api.js";
import { element } from "./model/dom.js";
import { live } from "./model/live.js";
import { router } from "./model/router.js";
import { session } from "./model/session.js";
import { words } from "./model/words.js";
import { pages } from "./pages/pages.js";

const shell = new ApusShell();

// The address of the sign-in, from which one comes back to where one wanted to go.
function signIn(query = "") {
    const then = location.href.slice(document.baseURI.length);
    return `sign-in?${query}then=${encodeURIComponent(then)}`;
}

session.addEventListener("change", () => {
    if (session.role !== null) {
        live.start();
        // Another role than before: what the page offers is another thing, too.
        if (router.current !== null && router.current.name !== "sign-in") router.refresh();
        return;
    }
    live.stop();
    if (router.current === null || router.current.name === "sign-in") return;
    router.go(session.hasSignedOut ? "sign-in" : signIn("ended&"), { replace: true });
});

session.addEventListener("leaving", () => live.stop());
session.addEventListener("settled", () => session.role !== null && live.start());

router.preload(pages);

// The gateway may be starting: the page comes as soon as it answers.
for (let wait = 500; ; wait = Math.min(wait * 2, 8_000)) {
    try {
        await session.load();
        break;
    } catch (problem) {
        if (!(problem instanceof ApiProblem)) throw problem;
        document.body.replaceChildren(element("p", { class: "page-message", role: "status" }, words.api.waiting));
        await new Promise(resolve => setTimeout(resolve, wait));
    }
}
document.body.replaceChildren(shell);
router.start(pages, shell.outlet, {
    redirect: page => (page.isOpen || session.role !== null ? null : signIn()),
    refuse: page => (!page.role || session.may(page.role) ? null : refusal(page.role)),
});
