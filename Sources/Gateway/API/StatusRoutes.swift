import Crypto
import Events
import HTTPServer
import JSON

/// The current status of monitors, answered from the board alone (design §2.10).
struct StatusRoutes: Sendable {
    private let board: Board
    private let answers: Answers
    private let cursor: Cursor

    /// Routes that read `board`; `key` seals the cursors.
    init(board: Board, answers: Answers, key: SecretKey) {
        self.board = board
        self.answers = answers
        self.cursor = Cursor("status", key: key)
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/status") { request in self.answers.answer(request) { try self.list(request) } },
            Route(.get, "/api/v1/monitors/{id}/status") { request in
                self.answers.answer(request) { try self.one(request) }
            },
        ]
    }

    private func one(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        try self.requireLoaded()
        guard let status = self.board.status(of: try request.id(of: "monitor")) else {
            throw Refusal.notFound("monitor")
        }
        var response = HTTPResponse.json(status)
        response.headers = self.headers
        return response
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let state = query.value("state", "Must be one of \(Self.states).") { State(rawValue: $0) }
        let after = query.cursor(self.cursor, count: 1)
        try query.finish()
        try self.requireLoaded()
        let page = self.board.page(after: after.flatMap { Int64($0[0]) }, limit: limit, state: state)
        var writer = JSONWriter(capacity: page.items.reduce(64) { $0 + $1.count + 1 })
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for item in page.items { item.withSpan { writer.raw($0) } }
        writer.endArray()
        writer.member("nextCursor", page.next.map { self.cursor.encode([String($0)]) })
        writer.member("stale", self.board.isStale)
        writer.endObject()
        var response = HTTPResponse.json(SharedBytes(writer.bytes))
        response.headers = self.headers
        return response
    }

    private var headers: [(name: String, value: String)] {
        let caching = (name: "Cache-Control", value: "no-store")
        return self.board.isStale ? [caching, (name: "Apus-Stale", value: "true")] : [caching]
    }

    private func requireLoaded() throws(Refusal) {
        guard !self.board.isLoaded else { return }
        let detail = "No status was read yet: neither Redis nor PostgreSQL is to be reached; try again."
        throw Refusal(response: .problem(503, detail, headers: [("Retry-After", "2")]))
    }

    private static let states = State.allCases.map(\.rawValue).joined(separator: ", ")
}
