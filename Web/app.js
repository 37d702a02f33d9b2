// Starts the dashboard: who is signed in, the frame, the stream of changes, then the page of the address.
import { ApusShell } from "./elements/apus-shell.js";
import { live } from "./model/live.js";
import { router } from "./model/router.js";
import { session } from "./model/session.js";
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
        return;
    }
    live.stop();
    if (router.current && router.current.name !== "sign-in") router.go(signIn("ended&"), { replace: true });
});

// The gateway may be starting: the page comes as soon as it answers.
for (let wait = 500; ; wait = Math.min(wait * 2, 8_000)) {
    try {
        await session.load();
        break;
    } catch {
        document.body.dataset.waiting = "";
        await new Promise(resolve => setTimeout(resolve, wait));
    }
}
delete document.body.dataset.waiting;
document.body.append(shell);
router.start(pages, shell.outlet, page => (page.isOpen || session.role !== null ? null : signIn()));
