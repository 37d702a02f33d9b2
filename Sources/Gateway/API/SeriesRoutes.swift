import Events
import HTTPServer
import History
import JSON
import Postgres
import Service

/// A monitor's checks over time, in about as many buckets as a chart has points.
struct SeriesRoutes: Sendable {
    /// Ten years, ms.
    private static let longest: Int64 = 3_653 * 86_400_000
    private static let hour: Int64 = 3_600_000

    private let pool: PostgresPool
    private let board: Board
    private let monitors: KnownMonitors
    private let answers: Answers

    /// Routes over the history in `pool`; `board` says up to when something is known.
    init(_ pool: PostgresPool, board: Board, monitors: KnownMonitors, answers: Answers) {
        self.pool = pool
        self.board = board
        self.monitors = monitors
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/monitors/{id}/series", execution: .worker) { request in
                self.answers.answer(request) { try self.series(request) }
            }
        ]
    }

    private func series(_ request: HTTPRequest) throws -> HTTPResponse {
        let monitor = try request.id(of: "monitor")
        let query = QueryReader(request)
        let now = WallClock.millis
        let (begin, end) = query.range()
        let points = Int(query.integer("points", 1...1_000, default: 120))
        let region = query.region()
        // What is still to come has no results.
        let to = max(min(end ?? now, now), 1)
        let from = begin ?? to - Self.hour
        if from >= now { query.fault("from", "Must lie in the past.") }
        if to - from > Self.longest { query.fault("from", "Must be at most 10 years before to.") }
        try query.finish()
        try self.monitors.require(monitor)
        let series = try self.pool.withConnection { connection in
            try HistoryQueries.series(
                of: monitor,
                region: region,
                over: max(from, 0)..<max(to, from + 1),
                points: points,
                now: now,
                known: self.board.knownUntil(monitor, now: now),
                on: connection
            )
        }
        var writer = JSONWriter(capacity: 320 * series.buckets.count + 256)
        writer.beginObject()
        writer.member("monitor", monitor)
        writer.member("region", region)
        writer.member("from", time: series.buckets.first?.window.lowerBound)
        writer.member("to", time: series.buckets.last?.window.upperBound)
        writer.name("width")
        writer.seconds(milliseconds: series.width)
        writer.member("source", series.source.map { "\($0)" } ?? "result")
        writer.name("reasons")
        writer.beginObject()
        for (reason, count) in series.reasons.sorted(by: { $0.key < $1.key }) { writer.member(reason, count) }
        writer.endObject()
        writer.name("buckets")
        writer.beginArray()
        for bucket in series.buckets { Self.write(bucket, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func write(_ bucket: Series.Bucket, to writer: inout JSONWriter) {
        let checks = bucket.checks
        writer.beginObject()
        writer.member("start", time: bucket.window.lowerBound)
        let counts = [
            ("up", checks.up), ("degraded", checks.degraded), ("down", checks.down), ("unknown", checks.unknown),
            ("retries", checks.retries),
        ]
        for (name, count) in counts { writer.member(name, count) }
        let jitter = checks.least.flatMap { least in checks.greatest.map { $0 - least } }
        let latencies: [(String, Int64?)] = [
            ("minMs", checks.least), ("meanMs", checks.mean), ("maxMs", checks.greatest),
            ("p50Ms", checks.quantile(0.5)), ("p95Ms", checks.quantile(0.95)), ("p99Ms", checks.quantile(0.99)),
            ("jitterMs", jitter),
        ]
        for (name, microseconds) in latencies {
            writer.name(name)
            if let microseconds { writer.milliseconds(microseconds: microseconds) } else { writer.null() }
        }
        writer.member("availability", bucket.availability.availability)
        writer.member("coverage", bucket.availability.coverage)
        writer.endObject()
    }
}
