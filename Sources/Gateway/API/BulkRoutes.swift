import HTTPServer
import JSON
import Service

/// `/api/v1/monitors/bulk`: one action for many monitors.
struct BulkRoutes: Sendable {
    /// How many monitors one request may name or find.
    private static let limit = 1_000

    private let store: MonitorStore
    private let board: Board
    private let search: BoardSearch
    private let answers: Answers

    /// Routes over `store`; `board` says what a filter finds.
    init(_ store: MonitorStore, board: Board, search: BoardSearch, answers: Answers) {
        self.store = store
        self.board = board
        self.search = search
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(
                .post,
                "/api/v1/monitors/bulk",
                execution: .worker,
                bodyLimit: 256 << 10,
                contentTypes: ["application/json"]
            ) { request in self.answers.answer(request) { try self.act(request) } }
        ]
    }

    private func act(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        let reader = JSONReader(try JSONParser.parse(request.body))
        let action = reader.required("action", .oneOf(BulkAction.allCases.map(\.rawValue)))
        let ids = reader.optional("ids", .list(of: .integer(1...Int64.max), count: 1...Self.limit))
        let filter = reader.optional("filter", .object(Self.filter))
        if reader.contains("ids") == reader.contains("filter") {
            reader.fault("ids", "Name either ids or a filter.")
        }
        try reader.finish()
        guard let action = action.flatMap(BulkAction.init) else { throw Refusal.notFound("action") }
        let outcome = try self.store.act(action, on: try ids ?? self.find(filter), by: Author(request))
        if action == .delete { self.board.remove(outcome.done) }
        var writer = JSONWriter(capacity: 24 * outcome.done.count + 80 * outcome.failed.count + 64)
        writer.beginObject()
        writer.name("done")
        writer.beginArray()
        for id in outcome.done { writer.value(id) }
        writer.endArray()
        writer.name("failed")
        writer.beginArray()
        for (id, detail) in outcome.failed {
            writer.beginObject()
            writer.member("id", id)
            writer.member("detail", detail)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    /// What the board finds, as a list would show it now.
    private func find(_ filter: BoardFilter?) throws -> [Int64] {
        try self.board.requireLoaded()
        let ids = self.search.all(filter ?? BoardFilter(), now: WallClock.millis).map(\.id)
        guard ids.count <= Self.limit else {
            let detail = "Finds \(ids.count) monitors; one request may act on \(Self.limit)."
            throw JSONFaults([JSONFault(pointer: "/filter", detail: detail)])
        }
        return ids
    }

    private static func filter(_ reader: JSONReader) -> BoardFilter? {
        let search = reader.optional("q", .string(1...200))
        func texts(_ name: String) -> [String] {
            reader.optional(name, .list(of: .string(0...100), count: 1...100), default: [])
        }
        let filter = BoardFilter(
            search: search ?? "",
            states: reader.optional("state", .list(of: .oneOf(BoardFilter.stateNames), count: 1...10), default: []),
            tags: texts("tag"),
            groups: texts("group"),
            regions: texts("region")
        )
        // What is left out widens the filter, an empty one means all of them: too much to happen by a slip.
        if search != nil, filter.words.isEmpty {
            reader.fault("q", "Must have a word.")
        } else if filter.isEmpty {
            reader.fault("q", "Name at least one condition.")
        }
        return filter
    }
}
