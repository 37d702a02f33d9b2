import Crypto
import HTTPServer
import JSON

/// The records that could not be read, with their bytes; for admins, since anything may stand in them.
struct DeadLetterRoutes: Sendable {
    private let store: DeadLetterStore
    private let answers: Answers
    private let cursor: Cursor

    /// Routes over `store`; `key` seals the cursors.
    init(_ store: DeadLetterStore, answers: Answers, key: SecretKey) {
        self.store = store
        self.answers = answers
        self.cursor = Cursor("dead-letters", key: key)
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/dead-letters", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            }
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        // Each may have 64 KiB.
        let limit = Int(query.integer("limit", 1...100, default: 20))
        let after = query.cursor(self.cursor, count: 6).flatMap(Self.key)
        try query.finish()
        var rows = try self.store.page(after: after, limit: limit + 1)
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 1_024 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows { Self.write(row, to: &writer) }
        writer.endArray()
        writer.member("nextCursor", hasMore ? rows.last.map { self.cursor.encode(Self.parts($0.key)) } : nil)
        writer.endObject()
        return .json(writer.bytes, headers: [("Cache-Control", "no-store")])
    }

    private static func parts(_ key: DeadLetterStore.Key) -> [String] {
        ["\(key.at)", key.projection, "\(key.generation)", key.topic, "\(key.partition)", "\(key.offset)"]
    }

    private static func key(_ parts: [String]) -> DeadLetterStore.Key? {
        guard let at = Int64(parts[0]), let generation = Int64(parts[2]), let partition = Int64(parts[4]),
            let offset = Int64(parts[5])
        else { return nil }
        return DeadLetterStore.Key(
            at: at,
            projection: parts[1],
            generation: generation,
            topic: parts[3],
            partition: partition,
            offset: offset
        )
    }

    private static func write(_ row: DeadLetterStore.Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("at", time: row.key.at / 1_000)
        writer.member("projection", row.key.projection)
        writer.member("generation", row.key.generation)
        writer.member("topic", row.key.topic)
        writer.member("partition", row.key.partition)
        writer.member("offset", row.key.offset)
        writer.member("timestamp", time: row.timestamp)
        writer.member("reason", row.reason)
        writer.member("size", row.size)
        self.write("key", row.recordKey, to: &writer)
        self.write("value", row.value, to: &writer)
        writer.endObject()
    }

    /// The bytes as they are, and as text where they are one.
    private static func write(_ name: String, _ bytes: [UInt8]?, to writer: inout JSONWriter) {
        writer.name(name)
        guard let bytes else { return writer.null() }
        writer.beginObject()
        writer.member("base64", Base64.encode(bytes))
        writer.member("text", String(validating: bytes, as: UTF8.self))
        writer.endObject()
    }
}
