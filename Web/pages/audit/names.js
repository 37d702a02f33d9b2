// How the audit log calls who did something, and what it was done to.
import { words } from "../../model/words.js";

const w = words.audit;

// Whom an entry is found by, such as "person/3".
export function actorValue({ kind, id }) {
    return id === null ? kind : `${kind}/${id}`;
}

// "Ada", "Key “ci”", "Admin key".
export function actorName({ kind, name }) {
    if (kind === "adminKey") return words.actors.adminKey;
    return kind === "key" ? words.sessions.ofKey(name) : name;
}

// "Monitor “Shop”", or by number where it has no name any more: "Monitor 7".
export function subjectName(subject, name) {
    const [kind, id] = subject.split("/");
    const called = w.subjects[kind] ?? kind;
    if (name !== null) return w.named(called, name);
    return id === undefined ? (w.kinds[kind] ?? kind) : w.numbered(called, id);
}

// The address of its page; null: it has none, or is gone.
export function subjectAddress(subject, name) {
    const [kind, id] = subject.split("/");
    if (name === null) return null;
    const addresses = { monitors: `monitors/${id}`, incidents: `incidents/${encodeURIComponent(id)}`, channels: "channels", people: "people", keys: "people" };
    return addresses[kind] ?? null;
}
