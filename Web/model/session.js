// Who is signed in, and what they may do.
import { api, apiEvents, ApiProblem, useKey } from "./api.js";

const ranks = ["viewer", "editor", "admin"];

class Session extends EventTarget {
    // "viewer", "editor" or "admin"; null: nobody is signed in.
    role = null;
    // { id, name, role }; null for whoever came with a one-time address.
    person = null;
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
        try {
            this.#become(await api.get("sessions/current"));
        } catch (error) {
            if (!(error instanceof ApiProblem) || (error.status !== 401 && error.status !== 404)) throw error;
            this.#become(null);
        }
    }

    // With { name, password } or a one-time { token }.
    async signIn(credentials) {
        await api.post("sessions", credentials);
        await this.load();
    }

    // With an admin's API key, which mints a one-time token and is then forgotten.
    async signInWithKey(key) {
        try {
            const made = await api.post("sessions/tokens", {}, { headers: { Authorization: `Bearer ${key}` } });
            await this.signIn({ token: made.token });
        } catch (error) {
            if (error.status !== 404) throw error;
            useKey(key);
            await api.get("status", { limit: 1 });
            this.#become({ role: "admin" });
        }
    }

    async signOut() {
        await api.delete("sessions/current");
        this.#become(null);
    }

    #become(current) {
        const was = this.role;
        this.role = current?.role ?? null;
        this.person = current?.person ?? null;
        this.#id = current?.session?.id ?? null;
        if (was !== this.role) this.dispatchEvent(new Event("change"));
    }
}

export const session = new Session();
