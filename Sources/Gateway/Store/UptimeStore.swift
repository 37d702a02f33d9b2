import Events
import History
import Postgres

/// What history says of a window of time: spans for availability, rollups and results for ratios and latencies.
struct UptimeStore: Sendable {
    /// The checks of a window, repetitions left out.
    struct Checks: Sendable {
        var up: Int64 = 0
        var degraded: Int64 = 0
        var down: Int64 = 0
        var unknown: Int64 = 0
        /// Of the answers that were correct.
        var latencies = LatencyHistogram()

        /// The share of judged checks that were correct, 0 … 1; `nil` where none was judged.
        var successRatio: Double? {
            let good = self.up + self.degraded
            return good + self.down > 0 ? Double(good) / Double(good + self.down) : nil
        }
    }

    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000
    /// How far back results are read one by one, for hours that are not closed yet.
    private static let tail = 3 * hour

    private let pool: PostgresPool

    /// History in this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// The spans of a monitor (as a whole: region `""`) that touch the time from `from`, Unix ms, on.
    ///
    /// - Throws: `PostgresError`.
    func spans(of monitor: Int64, region: String, from: Int64) throws -> [Span] {
        let start = SQLTime.moment("$3")
        let sql = """
            SELECT \(SQLTime.milliseconds(#""from""#)), state FROM spans
            WHERE monitor = $1 AND region = $2 AND "from" >= coalesce(
                (SELECT max("from") FROM spans WHERE monitor = $1 AND region = $2 AND "from" <= \(start)), \(start)
            )
            ORDER BY "from"
            """
        return try self.pool.withConnection { connection in
            try connection.query(sql, [.int(monitor), .text(region), .int(from)]).compactMap { row in
                guard let state = SpanState(rawValue: try row.text(1)) else { return nil }
                return Span(from: try row.int64(0), state: state)
            }
        }
    }

    /// The checks of a window, Unix ms, of one region or, with nil, of all.
    ///
    /// Whole days and hours come from closed rollups, the rest from single results, up to a day from those alone.
    /// - Throws: `PostgresError`.
    func checks(of monitor: Int64, region: String?, window: Range<Int64>) throws -> Checks {
        try self.pool.withConnection { connection in
            var checks = Checks()
            let reader = Reader(connection: connection, monitor: monitor, region: region)
            guard window.upperBound - window.lowerBound > Self.hour else {
                try reader.addResults(window, since: [:], to: &checks)
                return checks
            }
            let firstHour = Self.up(window.lowerBound, Self.hour)
            let hours = try reader.closed("rollups_hour", Self.hour)
            var days: [String: Int64] = [:]
            if window.upperBound - window.lowerBound > 2 * Self.day {
                let firstDay = Self.up(window.lowerBound, Self.day)
                days = try reader.closed("rollups_day", Self.day).filter { $0.value > firstDay }
                try reader.addRollups("rollups_day", firstDay..<window.upperBound, except: [:], to: &checks)
                // Hours at the beginning, and those behind the last day that is closed, region by region.
                try reader.addRollups("rollups_hour", firstHour..<firstDay, except: [:], to: &checks)
                try reader.addRollups("rollups_hour", firstDay..<window.upperBound, except: days, to: &checks)
            } else {
                try reader.addRollups("rollups_hour", firstHour..<window.upperBound, except: [:], to: &checks)
            }
            try reader.addResults(window.lowerBound..<firstHour, since: [:], to: &checks)
            let tail = max(firstHour, window.upperBound - Self.tail)
            try reader.addResults(tail..<window.upperBound, since: hours, to: &checks)
            return checks
        }
    }

    private static func up(_ moment: Int64, _ unit: Int64) -> Int64 { (moment + unit - 1) / unit * unit }
}

/// Adds up rows of one monitor over one connection.
private struct Reader {
    let connection: PostgresConnection
    let monitor: Int64
    let region: String?

    private var parameters: [PostgresValue] { [.int(self.monitor), PostgresValue(self.region)] }

    /// The end of the last closed row of each region, Unix ms.
    func closed(_ table: String, _ length: Int64) throws -> [String: Int64] {
        let sql = """
            SELECT region, \(SQLTime.milliseconds("max(start)")) FROM \(table)
            WHERE monitor = $1 AND ($2::text IS NULL OR region = $2) GROUP BY region
            """
        var ends: [String: Int64] = [:]
        for row in try self.connection.query(sql, self.parameters) {
            ends[try row.text(0)] = try row.int64(1) + length
        }
        return ends
    }

    /// Adds the closed rows that begin in the window; of a region in `except` only those from that moment on.
    func addRollups(
        _ table: String,
        _ window: Range<Int64>,
        except: [String: Int64],
        to checks: inout UptimeStore.Checks
    ) throws {
        guard !window.isEmpty else { return }
        let sql = """
            SELECT up, degraded, down, unknown, histogram FROM \(table)
            LEFT JOIN unnest($5::text[], $6::bigint[]) AS except (name, until) ON name = region
            WHERE monitor = $1 AND ($2::text IS NULL OR region = $2)
                AND start >= \(SQLTime.moment("$3")) AND start < \(SQLTime.moment("$4"))
                AND (until IS NULL OR start >= \(SQLTime.moment("until")))
            """
        for row in try self.connection.query(sql, self.parameters + Self.parameters(window, except)) {
            checks.up += try row.int64(0)
            checks.degraded += try row.int64(1)
            checks.down += try row.int64(2)
            checks.unknown += try row.int64(3)
            if let histogram = LatencyHistogram(encoded: try row.bytes(4)) { checks.latencies.merge(histogram) }
        }
    }

    /// Adds single results of the window; of a region in `since` only those from that moment on.
    func addResults(_ window: Range<Int64>, since: [String: Int64], to checks: inout UptimeStore.Checks) throws {
        guard !window.isEmpty else { return }
        let sql = """
            SELECT outcome, total_us FROM results
            LEFT JOIN unnest($5::text[], $6::bigint[]) AS since (name, until) ON name = region
            WHERE monitor = $1 AND ($2::text IS NULL OR region = $2) AND attempt = 0
                AND slot >= \(SQLTime.moment("$3")) AND slot < \(SQLTime.moment("$4"))
                AND (until IS NULL OR slot >= \(SQLTime.moment("until")))
            """
        for row in try self.connection.query(sql, self.parameters + Self.parameters(window, since)) {
            let outcome = try row.text(0)
            switch outcome {
            case "up": checks.up += 1
            case "degraded": checks.degraded += 1
            case "down": checks.down += 1
            default: checks.unknown += 1
            }
            if outcome == "up" || outcome == "degraded", let total = try row.int64OrNil(1) {
                checks.latencies.add(total)
            }
        }
    }

    private static func parameters(_ window: Range<Int64>, _ moments: [String: Int64]) -> [PostgresValue] {
        let sorted = moments.sorted { $0.key < $1.key }
        return [
            .int(window.lowerBound), .int(window.upperBound), .texts(sorted.map(\.key)), .ints(sorted.map(\.value)),
        ]
    }
}
