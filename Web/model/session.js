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
        this.#become(await api.post("sessions", credentials));
    }

    // With an admin's API key, which mints a one-time token and is then forgotten.
    async signInWithKey(key) {
        const made = await api.post("sessions/tokens", {}, { headers: { Authorization: `Bearer ${key}` } });
        await this.signIn({ token: made.token });
    }

    // Says "leaving" before, so that nothing is asked for any more with what opens nothing, and "staying" where it failed.
    async signOut() {
        this.dispatchEvent(new Event("leaving"));
        try {
            await api.delete("sessions/current");
        } catch (problem) {
            this.dispatchEvent(new Event("staying"));
            throw problem;
        }
        this.hasSignedOut = true;
        this.#become(null);
    }

    #become(current) {
        const was = this.role;
        this.role = current?.role ?? null;
        if (this.role !== null) this.hasSignedOut = false;
        this.person = current?.person ?? null;
        this.key = current?.session?.key ?? null;
        if (was !== this.role) this.dispatchEvent(new Event("change"));
    }
}

export const session = new Session();
