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
            Route(.get, "/api/v1/status", execution: .loopIf { self.isQuick($0) }) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.get, "/api/v1/monitors/{id}/status") { request in
                self.answers.answer(request) { try self.one(request) }
            },
        ]
    }

    /// Whether the answer is a page of the board's own lists: any other looks at every monitor.
    func isQuick(_ request: HTTPRequest) -> Bool {
        if self.board.page(as: request.target) != nil { return true }
        let filter = QueryReader(request).boardFilter()
        return filter.isEmpty || filter.onlyState != nil
    }

    private func one(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        try self.board.requireLoaded()
        guard let (entry, isStale) = self.board.status(of: try request.id(of: "monitor")) else {
            throw Refusal.notFound("monitor")
        }
        var response = entry.response { Self.answer($0.body, isStale: false) }
        if isStale { response.headers = Board.headers(isStale: true) }
        return response
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        // The same target asks for the same page: while that is kept, the query need not even be read.
        try (self.board.page(as: request.target) ?? self.page(request)).response(self.render)
    }

    private func page(_ request: HTTPRequest) throws -> BoardPage {
        let query = QueryReader(request)
        let limit = query.limit()
        let filter = query.boardFilter()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) }
        try query.finish()
        try self.board.requireLoaded()
        // What needs no search comes from the board's own lists.
        if filter.isEmpty || filter.onlyState != nil {
            let part = BoardQuery(after: after ?? 0, limit: limit, state: filter.onlyState)
            return self.board.page(part, as: request.target)
        }
        let now = WallClock.millis
        let (entries, next) = self.search.page(filter, after: after, limit: limit, now: now)
        return BoardPage(BoardQuery(limit: limit), entries, end: next, isStale: self.board.isStale, now: now)
    }

    private func render(_ page: BoardPage) -> HTTPResponse {
        var writer = JSONWriter(capacity: page.size + 128)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for entry in page.entries { entry.body.withSpan { writer.raw($0) } }
        writer.endArray()
        writer.member("nextCursor", page.next.map { self.cursor.encode([String($0)]) })
        writer.member("stale", page.isStale)
        writer.endObject()
        return Self.answer(SharedBytes(writer.bytes), isStale: page.isStale)
    }

    private static func answer(_ bytes: SharedBytes, isStale: Bool) -> HTTPResponse {
        var response = HTTPResponse.json(bytes)
        response.headers = Board.headers(isStale: isStale)
        return response
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
    var headers: [(name: String, value: String)] { Self.headers(isStale: self.isStale) }

    /// The header fields of an answer that may be stale or is not.
    static func headers(isStale: Bool) -> [(name: String, value: String)] {
        let caching = (name: "Cache-Control", value: "no-store")
        return isStale ? [caching, (name: "Apus-Stale", value: "true")] : [caching]
    }
}
