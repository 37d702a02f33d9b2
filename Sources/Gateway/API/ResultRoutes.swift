import Crypto
import Events
import HTTPServer
import History
import JSON
import Postgres

/// The results of a monitor, each with its identity and its pinger.
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
        let (from, to) = query.range()
        let filter = HistoryQueries.Filter(
            from: from,
            to: to,
            outcomes: query.words("outcome", of: Outcome.allCases),
            reasons: query.words("reason", of: Reason.allCases),
            region: query.region()
        )
        let sort = query.value("sort", "Must be slot or latency.") { ["slot", "latency"].contains($0) ? $0 : nil }
        let order = HistoryQueries.ResultOrder(
            isByLatency: sort == "latency",
            isAscending: query.isDescending() == false
        )
        if order.isByLatency, filter.from == nil { query.fault("from", "Must be given to sort by latency.") }
        let cursor = Cursor(Self.name(of: filter, order, monitor), key: self.key)
        let after = query.cursor(cursor, count: 4)
        try query.finish()
        try self.monitors.require(monitor)
        let place = after.flatMap { Self.place($0, monitor) }
        var rows = try self.pool.withConnection {
            try HistoryQueries.results(of: monitor, filter, order: order, after: place, limit: limit + 1, on: $0)
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
        writer.member(
            "nextCursor",
            end.map { last in
                let latency = last.timings.total.map { String($0) } ?? ""
                return cursor.encode(["\(last.slot)", last.region, "\(last.attempt)", latency])
            }
        )
        writer.endObject()
        return .json(writer.bytes)
    }

    /// A list of its own for each filter and order, so that a cursor is never taken for that of another one.
    private static func name(
        of filter: HistoryQueries.Filter,
        _ order: HistoryQueries.ResultOrder,
        _ monitor: Int64
    ) -> String {
        let parts = [
            filter.from.map(String.init) ?? "", filter.to.map(String.init) ?? "",
            filter.outcomes.map(\.rawValue).sorted().joined(separator: ","),
            filter.reasons.map(\.rawValue).sorted().joined(separator: ","), filter.region ?? "",
            order.isByLatency ? "latency" : "slot", order.isAscending ? "asc" : "desc",
        ]
        return "results/\(monitor)/" + parts.joined(separator: "/")
    }

    private static func place(_ parts: [String], _ monitor: Int64) -> HistoryQueries.ResultPlace? {
        guard let slot = Int64(parts[0]), let attempt = Int(parts[2]) else { return nil }
        let identity = ResultIdentity(monitor: monitor, region: parts[1], slot: slot, attempt: attempt)
        return HistoryQueries.ResultPlace(identity, latency: Int64(parts[3]))
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
