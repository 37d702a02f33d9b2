import Events
import HTTPServer
import JSON
import Service

/// What the dashboard's list shows: a window on a moving list, answered from memory (design §7).
struct CardRoutes: Sendable {
    private let board: Board
    private let search: BoardSearch
    private let recents: RecentsLoader
    private let availability: AvailabilityLoader
    private let answers: Answers

    /// Routes that read `board`; the loaders bring what it lacks, where their stores answer in time.
    init(
        board: Board,
        search: BoardSearch,
        recents: RecentsLoader,
        availability: AvailabilityLoader,
        answers: Answers
    ) {
        self.board = board
        self.search = search
        self.recents = recents
        self.availability = availability
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/cards", execution: .compute) { request in
                self.answers.answer(request) { try self.list(request) }
            }
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let filter = query.boardFilter()
        let orders = BoardSearch.Order.allCases.map(\.rawValue).joined(separator: ", ")
        let order = query.value("sort", "Must be one of \(orders).") { BoardSearch.Order(rawValue: $0) } ?? .state
        let isDescending = query.isDescending() ?? false
        let offset = Int(query.integer("offset", 0...1_000_000, default: 0))
        let limit = query.limit()
        try query.finish()
        try self.board.requireLoaded()
        let now = WallClock.millis
        let window = self.search.window(
            filter,
            by: order,
            descending: isDescending,
            offset: offset,
            limit: limit,
            now: now,
            availability: { self.availability.days(of: $0, now: now) }
        )
        let ids = window.entries.map(\.id)
        let cards = CardRendering(
            recents: self.recents.of(ids),
            availability: self.availability.of(ids, now: now),
            channels: self.board.channels,
            now: now
        )
        var writer = JSONWriter(capacity: 4_096 * window.entries.count + 256)
        writer.beginObject()
        writer.member("total", window.total)
        writer.member("offset", offset)
        writer.name("items")
        writer.beginArray()
        for entry in window.entries { cards.write(entry, to: &writer) }
        writer.endArray()
        writer.name("counts")
        window.counts.write(to: &writer)
        writer.member("stale", self.board.isStale)
        writer.endObject()
        return .json(writer.bytes, headers: self.board.headers)
    }
}
