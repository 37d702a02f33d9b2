import Crypto
import Events
import HTTPServer
import History
import JSON
import Postgres

/// The results of a monitor, newest first, each with its identity and its pinger.
struct ResultRoutes: Sendable {
    private let pool: PostgresPool
    private let monitors: KnownMonitors
    private let answers: Answers
    private let key: SecretKey

    /// Routes over the history in `pool`; `key` seals the cursors.
    init(_ pool: PostgresPool, monitors: KnownMonitors, answers: Answers, key: SecretKey) {
        self.pool = pool
        self.monitors = monitors
        self.answers = answers
        self.key = key
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/monitors/{id}/results", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            }
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let monitor = try request.id(of: "monitor")
        let query = QueryReader(request)
        let limit = query.limit()
        let moment = "Must be a moment such as 2026-01-31T12:00:00Z."
        let outcomes = Outcome.allCases.map(\.rawValue).joined(separator: ", ")
        let filter = HistoryQueries.Filter(
            from: query.value("from", moment, Moment.read),
            to: query.value("to", moment, Moment.read),
            outcome: query.value("outcome", "Must be one of \(outcomes).") { Outcome(rawValue: $0) },
            region: query.region()
        )
        let cursor = Cursor(Self.name(of: filter, monitor), key: self.key)
        let after = query.cursor(cursor, count: 3)
        try query.finish()
        try self.monitors.require(monitor)
        let last = after.flatMap { Self.identity($0, monitor) }
        var rows = try self.pool.withConnection {
            try HistoryQueries.results(of: monitor, filter, after: last, limit: limit + 1, on: $0)
        }
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 512 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows { Self.write(row, to: &writer) }
        writer.endArray()
        let end = hasMore ? rows.last?.result : nil
        writer.member("nextCursor", end.map { cursor.encode(["\($0.slot)", $0.region, "\($0.attempt)"]) })
        writer.endObject()
        return .json(writer.bytes)
    }

    /// A list of its own for each filter, so that a cursor is never taken for that of another one.
    private static func name(of filter: HistoryQueries.Filter, _ monitor: Int64) -> String {
        let range = "\(filter.from.map(String.init) ?? "")..\(filter.to.map(String.init) ?? "")"
        return "results/\(monitor)/\(range)/\(filter.outcome?.rawValue ?? "")/\(filter.region ?? "")"
    }

    private static func identity(_ parts: [String], _ monitor: Int64) -> ResultIdentity? {
        guard let slot = Int64(parts[0]), let attempt = Int(parts[2]) else { return nil }
        return ResultIdentity(monitor: monitor, region: parts[1], slot: slot, attempt: attempt)
    }

    private static func write(_ stored: HistoryQueries.StoredResult, to writer: inout JSONWriter) {
        let result = stored.result
        writer.beginObject()
        writer.member("monitor", result.monitor)
        writer.member("region", result.region)
        writer.member("slot", time: result.slot)
        writer.member("attempt", result.attempt)
        writer.member("startedAt", time: result.startedAt)
        writer.member("outcome", result.outcome.rawValue)
        writer.member("reason", result.reason?.rawValue)
        writer.member("phase", result.phase?.rawValue)
        writer.member("code", result.code.map(Int64.init))
        writer.member("detail", result.detail)
        let timings = result.timings
        let latencies = [
            ("latencyMs", timings.total), ("dnsMs", timings.dns), ("connectMs", timings.connect),
            ("tlsMs", timings.tls), ("firstByteMs", timings.firstByte),
        ]
        for (name, microseconds) in latencies {
            writer.name(name)
            if let microseconds { writer.milliseconds(microseconds: microseconds) } else { writer.null() }
        }
        writer.name("values")
        if let values = stored.values { writer.raw(Array(values.utf8)) } else { writer.null() }
        writer.member("address", result.address)
        writer.member("certificateExpiresAt", time: result.certificateExpiresAt)
        writer.member("pinger", result.pinger)
        writer.member("generation", result.generation)
        writer.member("late", stored.isLate)
        writer.endObject()
    }
}
