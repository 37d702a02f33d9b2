import Events
import HTTPServer
import History
import JSON
import Postgres
import Service

/// `GET /api/live`: how every service is, and how it was over a range of time, in about as many steps as a chart draws.
struct LiveRangeRoutes: Sendable {
    private let board: Board
    private let pasts: LivePasts
    private let answers: Answers

    /// Routes over `board` and the history in `pool`; `points` is about how many steps there are.
    init(board: Board, pool: PostgresPool, points: Int, answers: Answers) {
        self.board = board
        self.pasts = LivePasts(pool, points: points)
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/live", execution: .worker) { request in
                self.answers.answer(request) { try self.live(request) }
            }
        ]
    }

    private func live(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let ranges = LiveRange.allCases.map(\.rawValue).joined(separator: ", ")
        let range = query.value("range", "Must be one of \(ranges).") { LiveRange(rawValue: $0) } ?? .hour
        let offset = Int(query.integer("offset", 0...1_000_000, default: 0))
        let limit = Int(query.integer("limit", 1...1_000, default: 1_000))
        try query.finish()
        try self.board.requireLoaded()
        let now = WallClock.millis
        let index = self.board.index(now: now)
        let entries = index.entries(index.byID, from: offset, limit: limit)
        let past = try self.pasts.past(range, of: entries.map(\.id), now: now)
        var writer = JSONWriter(capacity: 4_096 * entries.count + 256)
        writer.beginObject()
        writer.member("range", range.rawValue)
        writer.member("from", time: past.buckets.start)
        writer.member("to", time: min(past.buckets.end, now))
        writer.name("bucketSeconds")
        writer.seconds(milliseconds: past.buckets.width)
        writer.member("total", index.counts.total)
        writer.member("offset", offset)
        writer.name("services")
        writer.beginArray()
        let none = [CheckDistribution](repeating: CheckDistribution(), count: past.buckets.count)
        for entry in entries {
            let shown = entry.shown(at: now)
            LiveService(shown).write(past.distributions[entry.id] ?? none, past.buckets, to: &writer)
        }
        writer.endArray()
        writer.member("stale", self.board.isStale)
        writer.member("pastStale", past.isStale)
        writer.endObject()
        return .json(writer.bytes, headers: self.board.headers)
    }
}
