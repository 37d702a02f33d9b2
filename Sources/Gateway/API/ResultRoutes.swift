import Crypto
import Events
import HTTPServer
import JSON

/// The results of a monitor, newest first, each with its identity and its pinger.
struct ResultRoutes: Sendable {
    private let store: ResultStore
    private let monitors: KnownMonitors
    private let answers: Answers
    private let key: SecretKey

    /// Routes over `store`; `key` seals the cursors.
    init(_ store: ResultStore, monitors: KnownMonitors, answers: Answers, key: SecretKey) {
        self.store = store
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
        let filter = ResultStore.Filter(
            monitor: monitor,
            from: query.value("from", moment, Moment.read),
            to: query.value("to", moment, Moment.read),
            outcome: query.value("outcome", "Must be one of \(outcomes).") { Outcome(rawValue: $0)?.rawValue },
            region: query.region()
        )
        let cursor = Cursor(Self.name(of: filter), key: self.key)
        let after = query.cursor(cursor, count: 3)
        try query.finish()
        try self.monitors.require(monitor)
        var rows = try self.store.page(filter, after: after.flatMap(Self.key), limit: limit + 1)
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 512 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows { Self.write(row, of: monitor, to: &writer) }
        writer.endArray()
        let last = hasMore ? rows.last?.key : nil
        writer.member("nextCursor", last.map { cursor.encode(["\($0.slot)", $0.region, "\($0.attempt)"]) })
        writer.endObject()
        return .json(writer.bytes)
    }

    /// A list of its own for each filter, so that a cursor is never taken for that of another one.
    private static func name(of filter: ResultStore.Filter) -> String {
        let range = "\(filter.from.map(String.init) ?? "")..\(filter.to.map(String.init) ?? "")"
        return "results/\(filter.monitor)/\(range)/\(filter.outcome ?? "")/\(filter.region ?? "")"
    }

    private static func key(_ parts: [String]) -> ResultStore.Key? {
        guard let slot = Int64(parts[0]), let attempt = Int64(parts[2]) else { return nil }
        return ResultStore.Key(slot: slot, region: parts[1], attempt: attempt)
    }

    private static func write(_ row: ResultStore.Row, of monitor: Int64, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("monitor", monitor)
        writer.member("region", row.key.region)
        writer.member("slot", time: row.key.slot)
        writer.member("attempt", row.key.attempt)
        writer.member("startedAt", time: row.startedAt)
        writer.member("outcome", row.outcome)
        writer.member("reason", row.reason)
        writer.member("phase", row.phase)
        writer.member("code", row.code)
        writer.member("detail", row.detail)
        let latencies = [
            ("latencyMs", row.total), ("dnsMs", row.dns), ("connectMs", row.connect), ("tlsMs", row.tls),
            ("firstByteMs", row.firstByte),
        ]
        for (name, microseconds) in latencies {
            writer.name(name)
            if let microseconds { writer.milliseconds(microseconds: microseconds) } else { writer.null() }
        }
        writer.name("values")
        if let values = row.values { writer.raw(Array(values.utf8)) } else { writer.null() }
        writer.member("address", row.address)
        writer.member("certificateExpiresAt", time: row.certificateExpiresAt)
        writer.member("pinger", row.pinger)
        writer.member("generation", row.generation)
        writer.member("late", row.late)
        writer.endObject()
    }
}
