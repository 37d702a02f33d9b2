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
                    try self.list(request, by: "group") {
                        [$0.group ?? ""]
                    } all: {
                        $0.groups.mapValues(\.counts)
                    }
                }
            },
            Route(.get, "/api/v1/tags", execution: .compute) { request in
                self.answers.answer(request) { try self.list(request, by: "tag", \.tags, all: \.tags) }
            },
        ]
    }

    private func overview(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        try self.board.requireLoaded()
        let now = WallClock.millis
        let index = self.board.index(now: now)
        let regions = self.board.regions(now: now)
        let online = regions.filter { $0.shares > 0 }
        let isStale = self.board.isStale
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("monitors", index.counts.total)
        writer.name("counts")
        index.counts.write(to: &writer)
        writer.name("regions")
        writer.beginObject()
        writer.member("online", online.count)
        writer.member("offline", regions.count - online.count)
        writer.member("active", online.count { $0.blindShares < $0.shares })
        writer.endObject()
        // While nothing is heard nobody can say how much is checked.
        writer.member("checksPerSecond", isStale ? nil : (self.board.rate.perSecond() * 100).rounded() / 100)
        writer.member("openIncidents", index.incidents)
        writer.member("asOf", time: now)
        writer.member("stale", isStale)
        writer.endObject()
        return .json(writer.bytes, headers: self.board.headers)
    }

    private func list(
        _ request: HTTPRequest,
        by name: String,
        _ labels: (BoardFacts) -> [String],
        all: (BoardIndex) -> [String: StateCounts]
    ) throws -> HTTPResponse {
        let query = QueryReader(request)
        let filter = query.boardFilter()
        try query.finish()
        try self.board.requireLoaded()
        let now = WallClock.millis
        // Without a filter the board has counted already.
        let counts = filter.isEmpty ? all(self.board.index(now: now)) : self.counts(filter, labels, now)
        let sorted = counts.map { (label: $0.key, sortName: SearchText.folded($0.key), counts: $0.value) }.sorted {
            BoardSearch.isBefore(($0.label, $0.sortName), ($1.label, $1.sortName))
        }
        var writer = JSONWriter(capacity: 256 * counts.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for (label, _, counts) in sorted {
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

    private func counts(
        _ filter: BoardFilter,
        _ labels: (BoardFacts) -> [String],
        _ now: Int64
    ) -> [String: StateCounts] {
        var counts: [String: StateCounts] = [:]
        for entry in self.search.all(filter, now: now) {
            for label in Set(labels(entry.facts)) { counts[label, default: StateCounts()].add(entry.badness(at: now)) }
        }
        return counts
    }
}
