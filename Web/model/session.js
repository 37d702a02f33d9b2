// Who is signed in, and what they may do.
import { api, apiEvents } from "./api.js";

const ranks = ["viewer", "editor", "admin"];

class Session extends EventTarget {
    // "viewer", "editor" or "admin"; null: nobody is signed in.
    role = null;
    // { id, name, role }; null for whoever came with a one-time address.
    person = null;
    // Whether they left on purpose.
    hasSignedOut = false;
    #id = null;

    constructor() {
        super();
        apiEvents.addEventListener("unauthorized", () => this.#become(null));
    }

    get id() {
        return this.#id;
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

    async signOut() {
        await api.delete("sessions/current");
        this.hasSignedOut = true;
        this.#become(null);
    }

    #become(current) {
        const was = this.role;
        this.role = current?.role ?? null;
        if (this.role !== null) this.hasSignedOut = false;
        this.person = current?.person ?? null;
        this.#id = current?.session?.id ?? null;
        if (was !== this.role) this.dispatchEvent(new Event("change"));
    }
}

export const session = new Session();
