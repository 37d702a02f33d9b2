import Events
import HTTPServer
import History
import JSON
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

    private let store: UptimeStore
    private let board: Board
    private let monitors: KnownMonitors
    private let answers: Answers

    /// Routes over `store`; `board` says up to when something is known.
    init(_ store: UptimeStore, board: Board, monitors: KnownMonitors, answers: Answers) {
        self.store = store
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
        let longest = windows.map(\.length).max() ?? 0
        let spans = try self.store.spans(of: monitor, region: region ?? "", from: now - longest)
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.member("monitor", monitor)
        writer.member("region", region)
        writer.name("windows")
        writer.beginArray()
        for window in windows {
            let range = now - window.length..<now
            let checks = try self.store.checks(of: monitor, region: region, window: range)
            let availability = Availability(spans: spans, window: range, known: known)
            Self.write(window.name, range, availability, checks, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func windows(_ text: String) -> [Window]? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        let found = names.compactMap { name in self.windows.first { $0.name == name } }
        return found.count == names.count && found.count <= self.windows.count ? found : nil
    }

    private static func write(
        _ name: String,
        _ range: Range<Int64>,
        _ availability: Availability,
        _ checks: UptimeStore.Checks,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("window", name)
        writer.member("from", time: range.lowerBound)
        writer.member("to", time: range.upperBound)
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
            if let microseconds = checks.latencies.quantile(quantile) {
                writer.milliseconds(microseconds: Int64(microseconds.rounded()))
            } else {
                writer.null()
            }
        }
        writer.endObject()
    }
}
