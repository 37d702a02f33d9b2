import JSON

/// A session as the API answers it; its cookie is never shown.
enum SessionDocument {
    /// Writes a session of the list.
    static func write(_ row: SessionStore.Row, isCurrent: Bool, to writer: inout JSONWriter) {
        self.write(
            row.session,
            person: row.person,
            key: row.key,
            lastSeenAt: row.lastSeenAt,
            isCurrent: isCurrent,
            to: &writer
        )
    }

    /// Writes who asks, and by which session, as of `now` (Unix ms).
    static func write(_ caller: Caller, now: Int64, to writer: inout JSONWriter) {
        let person = caller.kind == .person ? caller.id.map { ($0, caller.name) } : nil
        let key = caller.kind == .key ? caller.id.map { ($0, caller.name) } : nil
        writer.beginObject()
        writer.name("session")
        if let session = caller.session {
            self.write(session, person: person, key: key, lastSeenAt: now, isCurrent: true, to: &writer)
        } else {
            writer.null()
        }
        writer.name("person")
        if let person {
            writer.beginObject()
            writer.member("id", person.0)
            writer.member("name", person.1)
            writer.member("role", caller.role?.rawValue)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.member("role", caller.role?.rawValue)
        writer.endObject()
    }

    private static func write(
        _ session: Caller.Session,
        person: (id: Int64, name: String)?,
        key: (id: Int64, name: String)?,
        lastSeenAt: Int64,
        isCurrent: Bool,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("id", session.id)
        for (name, owner) in [("person", person), ("key", key)] {
            writer.name(name)
            if let owner {
                writer.beginObject()
                writer.member("id", owner.id)
                writer.member("name", owner.name)
                writer.endObject()
            } else {
                writer.null()
            }
        }
        writer.member("createdAt", time: session.startedAt)
        writer.member("lastSeenAt", time: lastSeenAt)
        writer.member("expiresAt", time: session.expiresAt)
        writer.member("address", session.address)
        writer.member("agent", session.agent)
        writer.member("byToken", session.byToken)
        writer.member("isCurrent", isCurrent)
        writer.endObject()
    }
}
