// The REST API: JSON in, JSON out, and every refusal an ApiProblem.
import { observeClock } from "./time.js";
import { words } from "./words.js";

// What the gateway refused (RFC 9457), or that it could not be reached (status 0).
export class ApiProblem extends Error {
    constructor(status, document = {}, retryAfter = null) {
        super(document.detail ?? (status === 0 ? words.api.unreachable : words.api.status(status)));
        this.status = status;
        this.title = document.title ?? "";
        // [{ detail, pointer }], the pointer as "#/interval".
        this.errors = document.errors ?? [];
        this.retryAfter = retryAfter;
    }
}

// Tells of "unauthorized": the session has ended; and of "forbidden": its role is another one than was thought.
export const apiEvents = new EventTarget();

// The address of a path of the API, with a query of which empty values are left out and lists are joined.
export function apiURL(path, query = {}) {
    const url = new URL(`api/v1/${path}`, document.baseURI);
    for (const [name, value] of Object.entries(query)) {
        if (value === null || value === undefined || value === "" || value?.length === 0) continue;
        url.searchParams.set(name, value);
    }
    return url;
}

async function send(method, path, { query, body, etag, headers = {}, signal } = {}) {
    const sent = { Accept: "application/json", ...headers };
    if (body !== undefined) sent["Content-Type"] = "application/json";
    if (etag) sent["If-Match"] = etag;
    let response;
    let text;
    try {
        const limit = AbortSignal.timeout(30_000);
        response = await fetch(apiURL(path, query), {
            method,
            headers: sent,
            body: body === undefined ? undefined : JSON.stringify(body),
            cache: "no-store",
            signal: signal ? AbortSignal.any([signal, limit]) : limit,
        });
        // The way may break in the middle of an answer.
        text = await response.text();
    } catch (error) {
        if (signal?.aborted) throw error;
        throw new ApiProblem(0);
    }
    observeClock(response.headers.get("Date"));
    if (response.status === 204) return null;
    let document = null;
    try {
        document = text === "" ? null : JSON.parse(text);
    } catch {
        // A proxy's page of its own: the status has to say it, and where that is good nobody but the proxy was reached.
        if (response.ok) throw new ApiProblem(0);
    }
    if (response.ok) return document;
    if (response.status === 401 && !sent.Authorization && path !== "sessions") {
        apiEvents.dispatchEvent(new Event("unauthorized"));
    }
    if (response.status === 403 && path !== "sessions") apiEvents.dispatchEvent(new Event("forbidden"));
    throw new ApiProblem(response.status, document ?? {}, Number(response.headers.get("Retry-After")) || null);
}

// Options are `etag` for If-Match, `headers`, and `signal` to give up.
export const api = {
    get: (path, query, options) => send("GET", path, { ...options, query }),
    post: (path, body, options) => send("POST", path, { ...options, body }),
    patch: (path, body, options) => send("PATCH", path, { ...options, body }),
    delete: (path, body, options) => send("DELETE", path, { ...options, body }),
};

// The ETag of a document that has a generation.
export function etag(document) {
    return `"${document.generation}"`;
}
