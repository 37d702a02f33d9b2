import Crypto
import HTTPServer
import JSON

/// What was sent to channels, what waits, and what could not be delivered.
struct DeliveryRoutes: Sendable {
    private let store: DeliveryStore
    private let answers: Answers
    private let key: SecretKey

    /// Routes over `store`; `key` seals the cursors.
    init(_ store: DeliveryStore, answers: Answers, key: SecretKey) {
        self.store = store
        self.answers = answers
        self.key = key
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/deliveries", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.post, "/api/v1/deliveries/{id}/retry", execution: .worker, bodyLimit: 1_024) { request in
                self.answers.answer(request) { try self.retry(request) }
            },
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let names = DeliveryStore.states.joined(separator: ", ")
        let state = query.value("state", "Must be one of \(names).") { DeliveryStore.states.contains($0) ? $0 : nil }
        let channel = query.value("channel", "Must be the id of a channel.") { text -> Int64? in
            Int64(text).flatMap { $0 > 0 ? $0 : nil }
        }
        let cursor = Cursor("deliveries/\(state ?? "")/\(channel ?? 0)", key: self.key)
        let after = query.cursor(cursor, count: 1)
        try query.finish()
        var rows = try self.store.page(
            state: state,
            channel: channel,
            after: after.flatMap { Int64($0[0]) },
            limit: limit + 1
        )
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 320 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows { DeliveryDocument.write(row, to: &writer) }
        writer.endArray()
        writer.member("nextCursor", hasMore ? rows.last.map { cursor.encode(["\($0.id)"]) } : nil)
        writer.endObject()
        return .json(writer.bytes)
    }

    private func retry(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        guard
            let (delivery, refusal) = try self.store.retry(
                try request.id(of: "delivery"),
                by: Author(request)
            )
        else {
            throw Refusal.notFound("delivery")
        }
        if let refusal { return .problem(409, refusal) }
        var writer = JSONWriter()
        DeliveryDocument.write(delivery, to: &writer)
        return .json(writer.bytes, status: 202)
    }
}
