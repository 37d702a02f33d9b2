import Events
package import Postgres

/// The checks of a monitor within a bucket of time, by what they found.
package struct CheckDistribution: Sendable, Hashable {
    /// Correct, be it slowly.
    package var healthy: Int64 = 0
    /// Nothing to talk to: refused, reset, unreachable, no name, TLS.
    package var down: Int64 = 0
    /// An answer, but not the expected one.
    package var error: Int64 = 0
    /// No answer in time.
    package var timeout: Int64 = 0
    /// Not to be judged.
    package var unknown: Int64 = 0
    /// The shortest latency of the correct answers, µs; `nil`: there is none.
    package var least: Int64?
    /// The longest, µs.
    package var greatest: Int64?
    /// The sum of them, µs.
    package var sum: Int64 = 0

    /// Nothing yet.
    package init() {}

    /// Correct / judged, 0 … 1; `nil` where nothing was judged.
    package var successRatio: Double? {
        let judged = self.healthy + self.down + self.error + self.timeout
        return judged > 0 ? Double(self.healthy) / Double(judged) : nil
    }

    /// The mean latency, µs; `nil` where there is none.
    package var mean: Int64? { self.least != nil && self.healthy > 0 ? self.sum / self.healthy : nil }

    /// Adds another.
    package mutating func merge(_ other: CheckDistribution) {
        self.healthy += other.healthy
        self.down += other.down
        self.error += other.error
        self.timeout += other.timeout
        self.unknown += other.unknown
        if let least = other.least { self.least = min(self.least ?? least, least) }
        if let greatest = other.greatest { self.greatest = max(self.greatest ?? greatest, greatest) }
        self.sum += other.sum
    }

    fileprivate mutating func merge(_ sum: Rollup) {
        self.healthy += sum.up + sum.degraded
        self.down += sum.down
        self.unknown += sum.unknown
        if let least = sum.least { self.least = min(self.least ?? least, least) }
        if let greatest = sum.greatest { self.greatest = max(self.greatest ?? greatest, greatest) }
        self.sum += sum.sum
    }
}

/// Buckets of equal width that begin at multiples of it.
package struct BucketRow: Sendable, Hashable {
    /// The beginning of the first, Unix ms.
    package let start: Int64
    /// The width of each, ms.
    package let width: Int64
    /// How many there are.
    package let count: Int

    /// The buckets that `range` (Unix ms) touches; `width` ms each.
    package init(over range: Range<Int64>, width: Int64) {
        self.width = width
        self.start = range.lowerBound - range.lowerBound % width
        self.count = Int((range.upperBound - self.start + width - 1) / width)
    }

    /// The end of the last, Unix ms.
    package var end: Int64 { self.start + self.width * Int64(self.count) }

    fileprivate func index(_ moment: Int64) -> Int? {
        guard moment >= self.start, moment < self.end else { return nil }
        return Int((moment - self.start) / self.width)
    }
}

extension HistoryQueries {
    /// The checks of monitors, without repetitions, in each bucket; monitors without any are left out.
    ///
    /// - Parameter source: the rows that are summed up, whose width divides that of the buckets; `nil`: single results.
    ///   Failures of which the result is kept no longer count as `down`.
    package static func distributions(
        of monitors: [Int64],
        in buckets: BucketRow,
        from source: RollupWidth?,
        on connection: PostgresConnection
    ) throws -> [Int64: [CheckDistribution]] {
        guard !monitors.isEmpty else { return [:] }
        var reader = DistributionReader(monitors: monitors, buckets: buckets, connection: connection)
        // One snapshot: a sum that is closed between two statements would count twice or not at all.
        try connection.withTransaction(.repeatableRead) { _ in
            guard let source else { return try reader.addResults() }
            try reader.addRows(source)
            try reader.addOpen(source)
            try reader.tellFailuresApart()
        }
        return reader.distributions
    }
}

/// Reads what the buckets sum up, inside one transaction.
private struct DistributionReader {
    // What the reason of a failure comes to.
    private static let isTimeout = "reason = 'timeout'"
    private static let isError = "reason IN ('status', 'body', 'redirect', 'protocol', 'tooLarge')"
    private static let healthy = "FILTER (WHERE outcome IN ('up', 'degraded'))"

    let monitors: [Int64]
    let buckets: BucketRow
    let connection: PostgresConnection
    var distributions: [Int64: [CheckDistribution]] = [:]

    init(monitors: [Int64], buckets: BucketRow, connection: PostgresConnection) {
        self.monitors = monitors
        self.buckets = buckets
        self.connection = connection
    }

    private var parameters: [PostgresValue] {
        [.ints(self.monitors), .int(self.buckets.start), .int(self.buckets.end), .int(self.buckets.width)]
    }

    /// The beginning of the bucket that a moment lies in: grouped by as it is, for its conversion into a number costs
    /// more than all the rest of a row, and told in Unix ms (measured over 1.5 million results: 3 s instead of 10).
    private static func bucket(_ moment: String) -> String {
        "date_bin($4::bigint * interval '1 millisecond', \(moment), \(DatabaseTime.timestamp("$2::bigint")))"
    }

    private static func isWithin(_ moment: String) -> String {
        "monitor = ANY($1::bigint[]) AND \(moment) >= \(DatabaseTime.timestamp("$2::bigint"))"
            + " AND \(moment) < \(DatabaseTime.timestamp("$3::bigint"))"
    }

    private mutating func change(_ monitor: Int64, _ moment: Int64, _ body: (inout CheckDistribution) -> Void) {
        guard let index = self.buckets.index(moment) else { return }
        let empty = [CheckDistribution](repeating: CheckDistribution(), count: self.buckets.count)
        body(&self.distributions[monitor, default: empty][index])
    }

    mutating func addResults() throws {
        let rows = try self.connection.query(
            """
            SELECT monitor, \(DatabaseTime.millis(Self.bucket("slot"))), count(*) \(Self.healthy), count(*) FILTER (WHERE outcome = 'down'),
                count(*) FILTER (WHERE outcome = 'down' AND \(Self.isTimeout)),
                count(*) FILTER (WHERE outcome = 'down' AND \(Self.isError)), count(*) FILTER (WHERE outcome = 'unknown'),
                min(total_us) \(Self.healthy), max(total_us) \(Self.healthy),
                coalesce(sum(total_us) \(Self.healthy), 0)::bigint
            FROM results WHERE \(Self.isWithin("slot")) AND attempt = 0 GROUP BY monitor, \(Self.bucket("slot"))
            """,
            self.parameters
        )
        for row in rows {
            var found = CheckDistribution()
            found.healthy = try row.int64(2)
            found.timeout = try row.int64(4)
            found.error = try row.int64(5)
            found.down = try row.int64(3) - found.timeout - found.error
            found.unknown = try row.int64(6)
            found.least = try row.int64OrNil(7)
            found.greatest = try row.int64OrNil(8)
            found.sum = try row.int64(9)
            self.change(try row.int64(0), try row.int64(1)) { $0.merge(found) }
        }
    }

    mutating func addRows(_ source: RollupWidth) throws {
        let rows = try self.connection.query(
            """
            SELECT monitor, \(DatabaseTime.millis(Self.bucket("start"))), sum(up + degraded)::bigint, sum(down)::bigint, sum(unknown)::bigint,
                min(min_us), max(max_us), sum(sum_us)::bigint
            FROM \(source.table) WHERE \(Self.isWithin("start")) GROUP BY monitor, \(Self.bucket("start"))
            """,
            self.parameters
        )
        for row in rows {
            var found = CheckDistribution()
            found.healthy = try row.int64(2)
            found.down = try row.int64(3)
            found.unknown = try row.int64(4)
            found.least = try row.int64OrNil(5)
            found.greatest = try row.int64OrNil(6)
            found.sum = try row.int64(7)
            self.change(try row.int64(0), try row.int64(1)) { $0.merge(found) }
        }
    }

    mutating func addOpen(_ source: RollupWidth) throws {
        let rows = try self.connection.query(
            "SELECT monitor, aggregates FROM processor_monitors WHERE monitor = ANY($1::bigint[])",
            [.ints(self.monitors)]
        )
        for row in rows {
            let monitor = try row.int64(0)
            OpenAggregates(encoded: try row.bytes(1))?.forEach { width, _, start, sum in
                if width == source { self.change(monitor, start) { $0.merge(sum) } }
            }
        }
    }

    /// Rollups know how many failed, the results why.
    ///
    /// An index over those that failed holds all that is asked; one more column would be looked up in the table, row by
    /// row (measured over 300,000 of them: 3.6 s instead of 0.3).
    mutating func tellFailuresApart() throws {
        let rows = try self.connection.query(
            """
            SELECT monitor, \(DatabaseTime.millis(Self.bucket("slot"))),
                count(*) FILTER (WHERE \(Self.isTimeout)), count(*) FILTER (WHERE \(Self.isError))
            FROM results WHERE \(Self.isWithin("slot")) AND attempt = 0 AND outcome = 'down'
            GROUP BY monitor, \(Self.bucket("slot"))
            """,
            self.parameters
        )
        for row in rows {
            let (timeouts, errors) = (try row.int64(2), try row.int64(3))
            self.change(try row.int64(0), try row.int64(1)) { found in
                found.timeout = min(timeouts, found.down)
                found.error = min(errors, found.down - found.timeout)
                found.down -= found.timeout + found.error
            }
        }
    }
}
