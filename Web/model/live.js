// One stream of changes for the whole page: resumed after a break, and honest about what it may have missed.
import { apiEvents, apiURL } from "./api.js";
import { readEvents } from "./events.js";

// The gateway sends a heartbeat every 15 s.
const silence = 25_000;
const longestWait = 10_000;
// How long a break may last before the page says so.
const patience = 2_000;
// Browsers open six connections to a gateway for all tabs together: a tab that nobody has looked at for so long gives its
// stream back, and takes it up again from the last event heard.
const attention = 60_000;

class Live extends EventTarget {
    // "connecting", "live", or "offline": what is shown may be old since `offlineSince`.
    state = "connecting";
    offlineSince = null;
    // The gateway itself says that changes may be missing: its Redis is away.
    isStale = false;

    #watchers = new Set();
    #lastID = null;
    #connection = null;
    #failures = 0;
    // Rises with each start and stop: what belongs to an older turn ends.
    #turn = 0;
    #runs = false;
    #renewal = null;

    constructor() {
        super();
        let timer = null;
        document.addEventListener("visibilitychange", () => {
            clearTimeout(timer);
            if (document.visibilityState === "hidden") timer = setTimeout(() => this.#connection?.abort(), attention);
        });
        // Browsers keep pages that were left for the way back, with their streams.
        addEventListener("pagehide", () => {
            isLeft = true;
            this.#connection?.abort();
        });
    }

    // Begins to listen; called once somebody is signed in.
    start() {
        if (this.#runs) return;
        this.#runs = true;
        this.#turn += 1;
        this.#run(this.#turn);
    }

    stop() {
        this.#runs = false;
        this.#turn += 1;
        this.#lastID = null;
        this.#connection?.abort();
    }

    // Calls back with what happens, until the function returned is called.
    //
    // Handlers, each optional: status(document) with every result of the monitors `ids` and the changes of state of all
    // others; incident(document); deleted(id); reset(): more was missed than is kept, read anew; stale(flag).
    watch(ids, handlers) {
        const watcher = { ids: new Set(ids), handlers };
        this.#watchers.add(watcher);
        if (watcher.ids.size > 0) this.#renew();
        return () => {
            this.#watchers.delete(watcher);
            if (watcher.ids.size > 0) this.#renew();
        };
    }

    get #ids() {
        const ids = new Set();
        for (const watcher of this.#watchers) for (const id of watcher.ids) ids.add(id);
        return [...ids].sort((left, right) => left - right).slice(0, 1_000);
    }

    // Other monitors are to be followed: the stream is opened anew, from the last event heard. Scrolling asks for this
    // often, so it waits a moment.
    #renew() {
        clearTimeout(this.#renewal);
        this.#renewal = setTimeout(() => {
            if (this.#connection && this.#connection.ids !== this.#ids.join(",")) this.#connection.abort();
        }, 150);
    }

    async #run(turn) {
        while (turn === this.#turn) {
            if (isLeft || (this.#failures === 0 && this.#lastID !== null)) await seen();
            if (turn !== this.#turn) return;
            const connection = new AbortController();
            connection.ids = this.#ids.join(",");
            this.#connection = connection;
            const watchdog = this.#watchdog(connection);
            try {
                await this.#listen(connection, watchdog);
            } catch {
                // Whatever broke the stream, it is opened again.
            }
            watchdog.end();
            if (turn !== this.#turn) return;
            this.#connection = null;
            // One that was ended on purpose is followed by the next at once.
            if (!connection.signal.aborted || connection.isSilent) await this.#wait(turn);
        }
    }

    // Ends a connection over which nothing came for too long.
    #watchdog(connection) {
        let last = performance.now();
        const timer = setInterval(() => {
            if (performance.now() - last < silence) return;
            connection.isSilent = true;
            connection.abort();
        }, 1_000);
        return { feed: () => (last = performance.now()), end: () => clearInterval(timer) };
    }

    async #listen(connection, watchdog) {
        const headers = { Accept: "text/event-stream" };
        if (this.#lastID) headers["Last-Event-ID"] = this.#lastID;
        const response = await fetch(apiURL("stream", { monitors: connection.ids }), {
            headers,
            cache: "no-store",
            signal: connection.signal,
        });
        if (response.status === 401) {
            this.#runs = false;
            apiEvents.dispatchEvent(new Event("unauthorized"));
            return;
        }
        if (!response.ok) throw new Error(`${response.status}`);
        this.#failures = 0;
        this.#become("live");
        await readEvents(response.body, event => this.#take(event), watchdog.feed);
    }

    #take(event) {
        if (event.id) this.#lastID = event.id;
        const data = JSON.parse(event.data);
        switch (event.name) {
            case "ready":
            case "reset":
                this.#tellStale(data.stale);
                this.#tell("reset");
                break;
            case "stale":
                this.#tellStale(data.stale);
                break;
            case "deleted":
                this.#tell("deleted", data.monitor);
                break;
            case "status":
            case "incident":
                this.#tell(event.name, data);
                break;
        }
    }

    #tell(name, value) {
        for (const { handlers } of [...this.#watchers]) {
            try {
                handlers[name]?.(value);
            } catch (error) {
                // The stream is well, and others listen, too.
                reportError(error);
            }
        }
    }

    #tellStale(flag) {
        if (this.isStale === flag) return;
        this.isStale = flag;
        this.#tell("stale", flag);
        this.dispatchEvent(new Event("change"));
    }

    async #wait(turn) {
        this.#failures += 1;
        if (this.#failures === 1) {
            const since = Date.now();
            this.#become("connecting");
            setTimeout(() => {
                if (turn === this.#turn && this.state === "connecting") this.#become("offline", since);
            }, patience);
        }
        const limit = Math.min(longestWait, 500 * 2 ** Math.min(this.#failures, 6));
        await new Promise(resolve => setTimeout(resolve, limit / 2 + (Math.random() * limit) / 2));
    }

    #become(state, since = null) {
        if (this.state === state) return;
        this.state = state;
        this.offlineSince = state === "offline" ? since : null;
        this.dispatchEvent(new Event("change"));
    }
}

export const live = new Live();

let isLeft = false;

// Resolves once the page is looked at.
function seen() {
    const isSeen = () => !isLeft && document.visibilityState === "visible";
    if (isSeen()) return Promise.resolve();
    return new Promise(resolve => {
        const look = event => {
            if (event.type === "pageshow") isLeft = false;
            if (!isSeen()) return;
            document.removeEventListener("visibilitychange", look);
            removeEventListener("pageshow", look);
            resolve();
        };
        document.addEventListener("visibilitychange", look);
        addEventListener("pageshow", look);
    });
}
