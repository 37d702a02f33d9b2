import HTTPServer

/// Live changes as Server-Sent Events (design §7).
struct StreamRoutes: Sendable {
    /// How many monitors one stream may name.
    private static let limit = 1_000

    private let board: Board
    private let answers: Answers

    /// Routes that follow `board`.
    init(board: Board, answers: Answers) {
        self.board = board
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/stream") { request in self.answers.answer(request) { try self.follow(request) } }
                .producing(["text/event-stream"])
        ]
    }

    private func follow(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let expected = "Must be at most \(Self.limit) ids of monitors, separated by commas."
        let monitors = query.value("monitors", expected) { text -> Set<Int64>? in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let ids = parts.compactMap { Int64($0) }.filter { $0 > 0 }
            return ids.count == parts.count && ids.count <= Self.limit ? Set(ids) : nil
        }
        // Browsers can't set the header on the first connection; a page that was reloaded can use the parameter.
        let parameter = query.text("lastEventId")
        try query.finish()
        let last = request.header("last-event-id") ?? parameter
        return .events(self.board.live.subscribe(monitors: monitors ?? [], lastEventID: last))
    }
}
