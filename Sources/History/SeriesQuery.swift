import Events
package import Postgres

/// What a monitor's checks found over time, as a chart draws it.
package struct Series: Sendable {
    /// What is summed up in each bucket.
    package struct Bucket: Sendable, Hashable {
        /// Unix ms; where the series ends with the present, the last bucket ends there.
        package var window: Range<Int64>
        /// Checks by outcome, and their latencies.
        package var checks = Rollup()
        /// Time by state.
        package var availability = Availability()
    }

    /// The width of a bucket, ms.
    package var width: Int64
    /// What it was summed up from; `nil`: single results.
    package var source: RollupWidth?
    /// In order of time, without holes.
    package var buckets: [Bucket]
    /// Why planned checks found it down: the newest of those whose results are still kept, by the word for the reason.
    package var reasons: [String: Int64] = [:]

    /// How many failures ``reasons`` counts at most.
    package static let mostReasons: Int64 = 20_000
}

extension HistoryQueries {
    /// A series of a monitor, or of one of its regions, over `range` (Unix ms), widened to whole buckets.
    ///
    /// There are about `points` buckets. They are summed up from results or the rollups, whatever is the least to read
    /// and still kept; availability comes from the spans.
    ///
    /// - Parameters:
    ///   - now: Unix ms, not before the range's beginning.
    ///   - known: until when the newest span speaks, Unix ms: `now`, or where the status became too old.
    package static func series(
        of monitor: Int64,
        region: String? = nil,
        over range: Range<Int64>,
        points: Int,
        now: Int64,
        known: Int64,
        on connection: PostgresConnection
    ) throws -> Series {
        // One snapshot: a sum that is closed between two statements would count twice or not at all.
        try connection.withTransaction(.repeatableRead) { connection in
            let least = try self.leastWidth(of: monitor, from: range.lowerBound, now: now, on: connection)
            let width = SeriesWidth.fitting(range.upperBound - range.lowerBound, points: points, least: least)
            var series = Series(range, width: width, now: now)
            let reader = SeriesReader(monitor: monitor, region: region, connection: connection)
            if let source = series.source {
                let covered = try reader.addSums(source, to: &series)
                // Minutes are kept only while the interval is below one: the rest is in the results.
                if source == .minute { try reader.addResults(outside: covered, to: &series) }
            } else {
                try reader.addResults([series.range], to: &series)
            }
            series.reasons = try reader.reasons(within: series.range)
            let from = series.range.lowerBound
            let spans = try self.spans(of: monitor, region: region ?? "", from: from, on: connection)
            series.addAvailability(spans, known: known)
            return series
        }
    }

    /// The least width for which there still is what it is made of since `from`, ms.
    private static func leastWidth(
        of monitor: Int64,
        from: Int64,
        now: Int64,
        on connection: PostgresConnection
    ) throws -> Int64 {
        guard try from < DayPartitions.floor(isHeld: false, on: connection) else { return 0 }
        // Hours go before days do; what is left of both says whether they have.
        let rows = try connection.query(
            """
            SELECT EXISTS (SELECT FROM rollups_day WHERE monitor = $1 AND start >= \(DatabaseTime.timestamp("$2::bigint"))
                AND start < date_trunc('day', (
                    SELECT coalesce(min(start), 'infinity') FROM rollups_hour WHERE monitor = $1
                ), 'UTC'))
            """,
            [.int(monitor), .int(RollupWidth.day.start(of: from))]
        )
        return try rows[0].bool(0) ? RollupWidth.day.millis : RollupWidth.hour.millis
    }
}

extension Series {
    /// Empty buckets over `range`, widened to whole ones but not beyond `now`.
    fileprivate init(_ range: Range<Int64>, width: Int64, now: Int64) {
        self.width = width
        self.source = RollupWidth.allCases.last { width >= $0.millis }
        let first = range.lowerBound - range.lowerBound % width
        self.buckets = stride(from: first, to: range.upperBound, by: Int64.Stride(width)).map { start in
            Bucket(window: start..<max(min(start + width, now), start))
        }
    }

    /// From the beginning of the first bucket to the end of the last, were it whole.
    var range: Range<Int64> {
        guard let first = self.buckets.first, let last = self.buckets.last else { return 0..<0 }
        return first.window.lowerBound..<last.window.lowerBound + self.width
    }

    /// Calls `body` with the bucket that a moment (Unix ms) lies in, if there is one.
    fileprivate mutating func change(_ moment: Int64, _ body: (inout Rollup) -> Void) {
        guard self.range.contains(moment), let first = self.buckets.first else { return }
        body(&self.buckets[Int((moment - first.window.lowerBound) / self.width)].checks)
    }

    /// Adds what spans in order of time say; each bucket looks at those that touch it alone.
    fileprivate mutating func addAvailability(_ spans: [Span], known: Int64) {
        var first = 0
        for index in self.buckets.indices {
            let window = self.buckets[index].window
            while first + 1 < spans.count, spans[first + 1].from <= window.lowerBound { first += 1 }
            let touching = spans[first...].prefix { $0.from < window.upperBound }
            self.buckets[index].availability = Availability(spans: Array(touching), window: window, known: known)
        }
    }
}

/// Reads what the buckets of a series sum up, inside one transaction.
private struct SeriesReader {
    let monitor: Int64
    let region: String?
    let connection: PostgresConnection

    /// The newest failures by reason: rollups know how many there are, the results why, and an index finds those.
    func reasons(within range: Range<Int64>) throws -> [String: Int64] {
        let rows = try self.connection.query(
            """
            SELECT reason, count(*) FROM (
                SELECT reason FROM results
                WHERE monitor = $1 AND outcome = 'down' AND attempt = 0 AND reason IS NOT NULL
                    AND ($4::text IS NULL OR region = $4)
                    AND slot >= \(DatabaseTime.timestamp("$2::bigint")) AND slot < \(DatabaseTime.timestamp("$3::bigint"))
                ORDER BY slot DESC LIMIT \(Series.mostReasons)
            ) AS failure GROUP BY reason
            """,
            [.int(self.monitor), .int(range.lowerBound), .int(range.upperBound), PostgresValue(self.region)]
        )
        var reasons: [String: Int64] = [:]
        for row in rows { reasons[try row.text(0)] = try row.int64(1) }
        return reasons
    }

    /// Adds the rows of a rollup, written and open; returns the beginnings of those that there are.
    func addSums(_ width: RollupWidth, to series: inout Series) throws -> Set<Int64> {
        var starts: Set<Int64> = []
        let range = series.range
        let rows = try self.connection.query(
            """
            SELECT \(DatabaseTime.millis("start")), \(RollupRows.columns) FROM \(width.table)
            WHERE monitor = $1 AND ($4::text IS NULL OR region = $4)
                AND start >= \(DatabaseTime.timestamp("$2::bigint")) AND start < \(DatabaseTime.timestamp("$3::bigint"))
            """,
            [.int(self.monitor), .int(range.lowerBound), .int(range.upperBound), PostgresValue(self.region)]
        )
        for row in rows {
            let start = try row.int64(0)
            let sum = try RollupRows.rollup(row, from: 1)
            starts.insert(start)
            series.change(start) { $0.merge(sum) }
        }
        let open = try HistoryQueries.openAggregates(of: self.monitor, on: self.connection)
        open.forEach { openWidth, openRegion, start, sum in
            guard openWidth == width, self.region == nil || self.region == openRegion else { return }
            starts.insert(start)
            series.change(start) { $0.merge(sum) }
        }
        return starts
    }

    /// Adds the results of the minutes that have no row.
    ///
    /// The minute in which the interval was raised past one has a row, and counts what came before that.
    func addResults(outside minutes: Set<Int64>, to series: inout Series) throws {
        let range = series.range
        let minute = RollupWidth.minute.millis
        var gaps: [Range<Int64>] = []
        var from = range.lowerBound
        for start in minutes.sorted() where range.contains(start) {
            if start > from { gaps.append(from..<start) }
            from = start + minute
        }
        if from < range.upperBound { gaps.append(from..<range.upperBound) }
        try self.addResults(gaps, to: &series)
    }

    /// Adds the single results of stretches of time.
    func addResults(_ ranges: [Range<Int64>], to series: inout Series) throws {
        let rows = try self.connection.query(
            """
            SELECT \(DatabaseTime.millis("result.slot")), outcome, attempt, total_us
            FROM unnest($2::bigint[], $3::bigint[]) AS stretch (begins, ends) CROSS JOIN LATERAL (
                SELECT slot, outcome, attempt, total_us FROM results
                WHERE monitor = $1 AND ($4::text IS NULL OR region = $4)
                    AND slot >= \(DatabaseTime.timestamp("stretch.begins"))
                    AND slot < \(DatabaseTime.timestamp("stretch.ends"))
            ) AS result
            """,
            [
                .int(self.monitor), .ints(ranges.map(\.lowerBound)), .ints(ranges.map(\.upperBound)),
                PostgresValue(self.region),
            ]
        )
        for row in rows {
            let outcome = Outcome(rawValue: try row.text(1)) ?? .unknown
            let (attempt, latency) = (Int(try row.int64(2)), try row.int64OrNil(3))
            series.change(try row.int64(0)) { $0.add(outcome, attempt: attempt, latency: latency) }
        }
    }
}
