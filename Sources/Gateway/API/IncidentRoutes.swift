import Crypto
import HTTPServer
import JSON

/// The times that monitors were confirmed down.
struct IncidentRoutes: Sendable {
    private let store: IncidentStore
    private let deliveries: DeliveryStore
    private let answers: Answers
    private let key: SecretKey

    /// Routes over `store`; `key` seals the cursors.
    init(_ store: IncidentStore, deliveries: DeliveryStore, answers: Answers, key: SecretKey) {
        self.store = store
        self.deliveries = deliveries
        self.answers = answers
        self.key = key
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/incidents", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.get, "/api/v1/incidents/{id}", execution: .worker) { request in
                self.answers.answer(request) { try self.one(request) }
            },
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let monitor = query.value("monitor", "Must be the id of a monitor.") { Int64($0).flatMap { $0 > 0 ? $0 : nil } }
        let isOpen = query.value("state", "Must be open or resolved.") { text -> Bool? in
            text == "open" ? true : text == "resolved" ? false : nil
        }
        let list = "incidents/\(monitor.map(String.init) ?? "")/\(isOpen.map { "\($0)" } ?? "")"
        let cursor = Cursor(list, key: self.key)
        let after = query.cursor(cursor, count: 2)
        try query.finish()
        let key = after.flatMap { parts in
            Int64(parts[0]).map { IncidentStore.Key(startedAt: $0, id: parts[1]) }
        }
        var rows = try self.store.page(.init(monitor: monitor, isOpen: isOpen), after: key, limit: limit + 1)
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 400 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            IncidentDocument.writeMembers(row, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        let last = hasMore ? rows.last?.key : nil
        writer.member("nextCursor", last.map { cursor.encode(["\($0.startedAt)", $0.id]) })
        writer.endObject()
        return .json(writer.bytes)
    }

    private func one(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        guard let id = request.parameter("id"), let (incident, actions) = try self.store.find(id) else {
            throw Refusal.notFound("incident")
        }
        let deliveries = try self.deliveries.all(of: id)
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        IncidentDocument.writeMembers(incident, to: &writer)
        writer.name("actions")
        IncidentDocument.write(actions, to: &writer)
        writer.name("deliveries")
        writer.beginArray()
        for delivery in deliveries { DeliveryDocument.write(delivery, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }
}
