import Crypto
import Events
import HTTPServer
import JSON
import Service

/// The current status of monitors, answered from the board alone (design §2.10).
struct StatusRoutes: Sendable {
    private let board: Board
    private let search: BoardSearch
    private let answers: Answers
    private let cursor: Cursor

    /// Routes that read `board`; `key` seals the cursors.
    init(board: Board, search: BoardSearch, answers: Answers, key: SecretKey) {
        self.board = board
        self.search = search
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
        try self.board.requireLoaded()
        guard let status = self.board.status(of: try request.id(of: "monitor")) else {
            throw Refusal.notFound("monitor")
        }
        var response = HTTPResponse.json(status)
        response.headers = self.board.headers
        return response
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let filter = query.boardFilter()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) }
        try query.finish()
        try self.board.requireLoaded()
        let page = self.page(filter, after: after, limit: limit)
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
        response.headers = self.board.headers
        return response
    }

    /// What needs no search comes from the board's own lists.
    private func page(_ filter: BoardFilter, after: Int64?, limit: Int) -> Board.Page {
        if filter.isEmpty { return self.board.page(after: after, limit: limit) }
        if let state = filter.onlyState { return self.board.page(after: after, limit: limit, state: state) }
        let (entries, next) = self.search.page(filter, after: after, limit: limit, now: WallClock.millis)
        return Board.Page(items: entries.map(\.body), next: next)
    }
}

extension Board {
    /// Refuses an answer before there is anything to tell.
    ///
    /// - Throws: ``Refusal`` 503.
    func requireLoaded() throws(Refusal) {
        guard !self.isLoaded else { return }
        let detail = "No status was read yet: neither Redis nor PostgreSQL is to be reached; try again."
        throw Refusal(response: .problem(503, detail, headers: [("Retry-After", "2")]))
    }

    /// The header fields of what is answered from the board.
    var headers: [(name: String, value: String)] {
        let caching = (name: "Cache-Control", value: "no-store")
        return self.isStale ? [caching, (name: "Apus-Stale", value: "true")] : [caching]
    }
}
