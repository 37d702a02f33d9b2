// Who is signed in, and what they may do.
import { api, apiEvents } from "./api.js";

const ranks = ["viewer", "editor", "admin"];

class Session extends EventTarget {
    // "viewer", "editor" or "admin"; null: nobody is signed in.
    role = null;
    // { id, name, role }; null for whoever came with a key.
    person = null;
    // { id, name } of the key that they came with; null for people, and for the admin key.
    key = null;
    // Whether they left on purpose.
    hasSignedOut = false;

    constructor() {
        super();
        apiEvents.addEventListener("unauthorized", () => this.#become(null));
        // Somebody gave them another role meanwhile.
        apiEvents.addEventListener("forbidden", () => this.load().catch(() => {}));
    }

    // Whether the role includes this one.
    may(role) {
        return this.role !== null && ranks.indexOf(this.role) >= ranks.indexOf(role);
    }

    // Asks the gateway who we are. Throws an ApiProblem when it can't be asked.
    async load() {
        this.#become(await api.get("sessions/current"));
    }

    // With { name, password } or a one-time { token }.
    async signIn(credentials) {
        await this.#exchange(async () => this.#become(await api.post("sessions", credentials)));
    }

    // With an admin's API key, which mints a one-time token and is then forgotten.
    async signInWithKey(key) {
        const made = await api.post("sessions/tokens", {}, { headers: { Authorization: `Bearer ${key}` } });
        await this.signIn({ token: made.token });
    }

    async signOut() {
        await this.#exchange(async () => {
            await api.delete("sessions/current");
            this.hasSignedOut = true;
            this.#become(null);
        });
    }

    // Says "leaving" before the session may end, so that nothing is asked for with what opens nothing any more, and
    // "settled" after it, however it went.
    async #exchange(body) {
        this.dispatchEvent(new Event("leaving"));
        try {
            await body();
        } finally {
            this.dispatchEvent(new Event("settled"));
        }
    }

    // Somebody else may have the same role.
    get #identity() {
        return JSON.stringify([this.role, this.person, this.key]);
    }

    #become(current) {
        const was = this.#identity;
        this.role = current?.role ?? null;
        if (this.role !== null) this.hasSignedOut = false;
        this.person = current?.person ?? null;
        this.key = current?.session?.key ?? null;
        if (was !== this.#identity) this.dispatchEvent(new Event("change"));
    }
}

export const session = new Session();
