import Events
import HTTPServer
import History
import JSON
import Postgres
import Service

/// Availability, coverage, success ratio and latencies of a monitor over windows of time that end now.
struct UptimeRoutes: Sendable {
    /// A window by its name and its length in milliseconds.
    private struct Window: Sendable {
        let name: String
        let length: Int64
    }

    private static let windows = [
        Window(name: "1h", length: 3_600_000), Window(name: "24h", length: 86_400_000),
        Window(name: "7d", length: 7 * 86_400_000), Window(name: "30d", length: 30 * 86_400_000),
        Window(name: "90d", length: 90 * 86_400_000),
    ]

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
            Route(.get, "/api/v1/monitors/{id}/uptime", execution: .worker) { request in
                self.answers.answer(request) { try self.uptime(request) }
            }
        ]
    }

    private func uptime(_ request: HTTPRequest) throws -> HTTPResponse {
        let monitor = try request.id(of: "monitor")
        let query = QueryReader(request)
        let names = Self.windows.map(\.name).joined(separator: ",")
        let windows = query.value("window", "Must be one or more of \(names).", Self.windows) ?? Self.windows
        let region = query.region()
        try query.finish()
        try self.monitors.require(monitor)
        let now = WallClock.millis
        let known = self.board.knownUntil(monitor, now: now)
        let uptimes = try self.pool.withConnection { connection in
            try HistoryQueries.uptime(
                of: monitor,
                region: region,
                over: windows.map { now - $0.length..<now },
                now: now,
                known: known,
                on: connection
            )
        }
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.member("monitor", monitor)
        writer.member("region", region)
        writer.name("windows")
        writer.beginArray()
        for (window, uptime) in zip(windows, uptimes) { Self.write(window.name, uptime, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func windows(_ text: String) -> [Window]? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        let found = names.compactMap { name in self.windows.first { $0.name == name } }
        return found.count == names.count && found.count <= self.windows.count ? found : nil
    }

    private static func write(_ name: String, _ uptime: Uptime, to writer: inout JSONWriter) {
        let availability = uptime.availability
        let checks = uptime.checks
        writer.beginObject()
        writer.member("window", name)
        writer.member("from", time: uptime.window.lowerBound)
        writer.member("to", time: uptime.window.upperBound)
        writer.member("availability", availability.availability)
        writer.member("coverage", availability.coverage)
        let times = [
            ("up", availability.up), ("down", availability.down), ("unknown", availability.unknown),
            ("paused", availability.paused),
        ]
        for (name, milliseconds) in times {
            writer.name(name)
            writer.seconds(milliseconds: milliseconds)
        }
        writer.member("checks", checks.up + checks.degraded + checks.down + checks.unknown)
        writer.member("successRatio", checks.successRatio)
        for (name, quantile) in [("p50Ms", 0.5), ("p95Ms", 0.95), ("p99Ms", 0.99)] {
            writer.name(name)
            if let latency = checks.quantile(quantile) {
                writer.milliseconds(microseconds: latency)
            } else {
                writer.null()
            }
        }
        writer.endObject()
    }
}
