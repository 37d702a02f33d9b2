import Events
package import Postgres

/// How much of a window a monitor was up, and what its checks found (design §6).
package struct Uptime: Sendable, Hashable {
    /// The window, Unix ms.
    package var window: Range<Int64>
    /// Time by state.
    package var availability: Availability
    /// Checks by outcome, and their latencies.
    package var checks: Rollup
}

extension HistoryQueries {
    /// The uptime of a monitor, or of one of its regions, over windows (Unix ms, half open).
    ///
    /// Availability comes from the spans; checks from closed rows, open sums and, at the edges, raw results. Where
    /// results were dropped already the edge is the whole hour.
    ///
    /// - Parameters:
    ///   - now: Unix ms; a window that ends here or later takes in everything newer, too.
    ///   - known: until when the newest span speaks, Unix ms: `now`, or where the status became too old.
    package static func uptime(
        of monitor: Int64,
        region: String? = nil,
        over windows: [Range<Int64>],
        now: Int64,
        known: Int64,
        on connection: PostgresConnection
    ) throws -> [Uptime] {
        // One snapshot: a sum that is closed between two statements would count twice or not at all.
        try connection.withTransaction(.repeatableRead) { connection in
            let earliest = windows.map(\.lowerBound).min() ?? now
            let spans = try self.spans(of: monitor, region: region ?? "", from: earliest, on: connection)
            let open = try self.openAggregates(of: monitor, on: connection)
            let floor = try DayPartitions.floor(isHeld: false, on: connection)
            return try windows.map { window in
                var checks = Rollup()
                let edges = UptimeEdges(window, isOpenEnded: window.upperBound >= now, floor: floor)
                for (width, range) in edges.sums {
                    open.forEach { openWidth, openRegion, start, sum in
                        if openWidth == width, range.contains(start), region == nil || region == openRegion {
                            checks.merge(sum)
                        }
                    }
                    checks.merge(try self.closed(width, of: monitor, region, in: range, on: connection))
                }
                for range in edges.raw { checks.merge(try self.raw(monitor, region, in: range, on: connection)) }
                return Uptime(
                    window: window,
                    availability: Availability(spans: spans, window: window, known: known),
                    checks: checks
                )
            }
        }
    }

    /// The spans of a monitor (`region` empty) or one of its regions, in order, from the one that holds at `from`.
    package static func spans(
        of monitor: Int64,
        region: String,
        from: Int64,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [Span] {
        try self.spans(of: [SpanTrack(monitor: monitor, region: region, from: from)], on: connection)[0]
    }

    static func openAggregates(
        of monitor: Int64,
        on connection: PostgresConnection
    ) throws(PostgresError) -> OpenAggregates {
        let rows = try connection.query("SELECT aggregates FROM processor_monitors WHERE monitor = $1", [.int(monitor)])
        guard let row = rows.first else { return OpenAggregates() }
        return OpenAggregates(encoded: try row.bytes(0)) ?? OpenAggregates()
    }

    private static func closed(
        _ width: RollupWidth,
        of monitor: Int64,
        _ region: String?,
        in range: Range<Int64>,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Rollup {
        var sum = Rollup()
        guard !range.isEmpty else { return sum }
        let rows = try connection.query(
            """
            SELECT \(RollupRows.columns) FROM \(width.table) WHERE monitor = $1 AND ($4::text IS NULL OR region = $4)
                AND start >= \(DatabaseTime.timestamp("$2::bigint"))
                AND start < \(DatabaseTime.timestamp("$3::bigint"))
            """,
            [.int(monitor), .int(range.lowerBound), .int(range.upperBound), PostgresValue(region)]
        )
        for row in rows { sum.merge(try RollupRows.rollup(row, from: 0)) }
        return sum
    }

    private static func raw(
        _ monitor: Int64,
        _ region: String?,
        in range: Range<Int64>,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Rollup {
        var sum = Rollup()
        guard !range.isEmpty else { return sum }
        let rows = try connection.query(
            """
            SELECT outcome, attempt, total_us FROM results WHERE monitor = $1 AND ($4::text IS NULL OR region = $4)
                AND slot >= \(DatabaseTime.timestamp("$2::bigint"))
                AND slot < \(DatabaseTime.timestamp("$3::bigint"))
            """,
            [.int(monitor), .int(range.lowerBound), .int(range.upperBound), PostgresValue(region)]
        )
        for row in rows {
            sum.add(
                .init(rawValue: try row.text(0)) ?? .unknown,
                attempt: Int(try row.int64(1)),
                latency: try row.int64OrNil(2)
            )
        }
        return sum
    }
}

/// How a window is put together: whole days, whole hours at both sides of them, and raw results at the edges.
struct UptimeEdges {
    /// Starts of the rows to be added, by width.
    private(set) var sums: [(RollupWidth, Range<Int64>)] = []
    /// Slots of the raw results to be added.
    private(set) var raw: [Range<Int64>] = []
    /// Later than every slot: the end of the bounds of times, 2099.
    private static let never: Int64 = 4_102_444_800_000

    /// - Parameters:
    ///   - isOpenEnded: whether everything after the window's beginning is in it.
    ///   - floor: the oldest slot of which raw results are kept.
    init(_ window: Range<Int64>, isOpenEnded: Bool, floor: Int64) {
        let hour = RollupWidth.hour
        let day = RollupWidth.day
        var from = window.lowerBound
        let to = isOpenEnded ? Self.never : window.upperBound
        if from < floor { from = hour.start(of: from) }
        let firstHour = min(Self.up(from, hour), to)
        let lastHour = max(to < floor ? Self.up(to, hour) : hour.start(of: to), firstHour)
        let firstDay = min(Self.up(firstHour, day), lastHour)
        let lastDay = max(day.start(of: lastHour), firstDay)
        self.sums = [(hour, firstHour..<firstDay), (day, firstDay..<lastDay), (hour, lastDay..<lastHour)]
        self.raw = [from..<firstHour, lastHour..<max(to, lastHour)]
    }

    private static func up(_ time: Int64, _ width: RollupWidth) -> Int64 { width.start(of: time + width.millis - 1) }
}
