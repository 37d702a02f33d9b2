import Events
import HTTPServer
import JSON
import Service

/// How everything is at a glance, and by group and tag; all from memory.
struct OverviewRoutes: Sendable {
    private let board: Board
    private let search: BoardSearch
    private let answers: Answers

    /// Routes that read `board`.
    init(board: Board, search: BoardSearch, answers: Answers) {
        self.board = board
        self.search = search
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/overview", execution: .compute) { request in
                self.answers.answer(request) { try self.overview(request) }
            },
            Route(.get, "/api/v1/groups", execution: .compute) { request in
                self.answers.answer(request) {
                    try self.list(request, by: "group") { [$0.group ?? ""] }
                }
            },
            Route(.get, "/api/v1/tags", execution: .compute) { request in
                self.answers.answer(request) { try self.list(request, by: "tag") { $0.tags } }
            },
        ]
    }

    private func overview(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        try self.board.requireLoaded()
        let now = WallClock.millis
        var counts = StateCounts()
        var incidents = 0
        for entry in self.board.snapshot.entries.values {
            counts.add(entry, now: now)
            if entry.facts.hasIncident { incidents += 1 }
        }
        let regions = self.board.regions(now: now)
        let online = regions.filter { $0.shares > 0 }
        let isStale = self.board.isStale
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("monitors", counts.total)
        writer.name("counts")
        counts.write(to: &writer)
        writer.name("regions")
        writer.beginObject()
        writer.member("online", online.count)
        writer.member("offline", regions.count - online.count)
        writer.member("active", online.count { $0.blindShares < $0.shares })
        writer.endObject()
        // While nothing is heard nobody can say how much is checked.
        writer.member("checksPerSecond", isStale ? nil : (self.board.rate.perSecond() * 100).rounded() / 100)
        writer.member("openIncidents", incidents)
        writer.member("asOf", time: now)
        writer.member("stale", isStale)
        writer.endObject()
        return .json(writer.bytes, headers: self.board.headers)
    }

    private func list(
        _ request: HTTPRequest,
        by name: String,
        _ labels: (BoardFacts) -> [String]
    ) throws -> HTTPResponse {
        let query = QueryReader(request)
        let filter = query.boardFilter()
        try query.finish()
        try self.board.requireLoaded()
        let now = WallClock.millis
        var counts: [String: StateCounts] = [:]
        for entry in self.search.all(filter, now: now) {
            for label in labels(entry.facts) { counts[label, default: StateCounts()].add(entry, now: now) }
        }
        // As a list that is sorted by group: what has none comes last.
        let sorted = counts.sorted {
            ($0.key.isEmpty ? 1 : 0, $0.key.lowercased(), $0.key) < (
                $1.key.isEmpty ? 1 : 0, $1.key.lowercased(), $1.key
            )
        }
        var writer = JSONWriter(capacity: 256 * counts.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for (label, counts) in sorted {
            writer.beginObject()
            writer.member(name, label.isEmpty ? nil : label)
            writer.member("monitors", counts.total)
            writer.member("worst", counts.worst?.rawValue)
            writer.name("counts")
            counts.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.member("stale", self.board.isStale)
        writer.endObject()
        return .json(writer.bytes, headers: self.board.headers)
    }
}
