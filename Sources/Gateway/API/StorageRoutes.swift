import HTTPServer
import JSON

/// How much history there is, and how long it is kept.
struct StorageRoutes: Sendable {
    private let store: StorageStore
    private let answers: Answers

    /// Routes over `store`.
    init(_ store: StorageStore, answers: Answers) {
        self.store = store
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/storage", execution: .worker) { request in
                self.answers.answer(request) { try self.storage(request) }
            }
        ]
    }

    private func storage(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        let storage = try self.store.storage()
        var writer = JSONWriter(capacity: 2_048)
        writer.beginObject()
        writer.member("bytes", storage.bytes)
        writer.member("resultsFrom", time: storage.resultsFrom)
        writer.name("retention")
        writer.beginObject()
        for text in storage.retention {
            guard case .object(let object) = try JSONParser.parse(Array(text.utf8)) else { continue }
            for member in object.members {
                writer.name(member.name)
                writer.value(member.value)
            }
        }
        writer.endObject()
        writer.name("tables")
        writer.beginArray()
        for table in storage.tables {
            writer.beginObject()
            writer.member("table", table.name)
            writer.member("rows", table.rows)
            writer.member("bytes", table.bytes)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }
}
