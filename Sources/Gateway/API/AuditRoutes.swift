import Crypto
import HTTPServer
import JSON

/// `/api/v1/audit`: who changed what, for admins.
struct AuditRoutes: Sendable {
    private let store: AuditStore
    private let answers: Answers
    private let key: SecretKey

    /// Routes over `store`; `key` seals the cursors.
    init(_ store: AuditStore, answers: Answers, key: SecretKey) {
        self.store = store
        self.answers = answers
        self.key = key
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/audit", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            }
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        var filter = AuditStore.Filter()
        filter.actor = query.value("actor", "Must be person/1, key/1, adminKey or basic.", Self.actor)
        filter.subject = query.value("subject", "Must be such as monitors/7 or monitors, of at most 200 bytes.") {
            $0.isEmpty || $0.utf8.count > 200 ? nil : $0
        }
        filter.from = query.value("from", "Must be a moment (RFC 3339).", Moment.read)
        filter.to = query.value("to", "Must be a moment (RFC 3339).", Moment.read)
        if let from = filter.from, let to = filter.to, from > to { query.fault("from", "Must not be after to.") }
        let actor = filter.actor.map { "\($0.kind)/\($0.id.map(String.init) ?? "")" } ?? ""
        let cursor = Cursor("audit/\(actor)/\(filter.subject.map { Hex.encode(Array($0.utf8)) } ?? "")", key: self.key)
        let before = query.cursor(cursor, count: 1).flatMap { Int64($0[0]) }
        try query.finish()
        var rows = try self.store.page(filter, before: before, limit: limit + 1)
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 400 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows { Self.write(row, to: &writer) }
        writer.endArray()
        writer.member("nextCursor", hasMore ? rows.last.map { cursor.encode([String($0.id)]) } : nil)
        writer.endObject()
        return .json(writer.bytes)
    }

    /// A kind of callers, alone or with an id behind a slash.
    private static func actor(_ text: String) -> (kind: String, id: Int64?)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let kind = Caller.Kind(rawValue: String(parts[0])), kind != .anonymous else {
            return nil
        }
        guard parts.count == 2 else { return (kind.rawValue, nil) }
        guard let id = Int64(parts[1]), id > 0 else { return nil }
        return (kind.rawValue, id)
    }

    private static func write(_ row: AuditStore.Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", row.id)
        writer.member("at", time: row.at)
        writer.name("actor")
        writer.beginObject()
        writer.member("kind", row.actorKind)
        writer.member("id", row.actor)
        writer.member("name", row.actorName)
        writer.endObject()
        writer.member("address", row.address)
        writer.member("method", row.method)
        writer.member("route", row.route)
        writer.member("subject", row.subject)
        writer.member("subjectName", row.subjectName)
        writer.name("changes")
        writer.raw(Array(row.changes.utf8))
        writer.member("request", row.request)
        writer.endObject()
    }
}
