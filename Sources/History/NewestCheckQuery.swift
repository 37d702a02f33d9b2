import Events
package import Postgres

extension HistoryQueries {
    /// A stretch of time in which checks of one kind are looked for.
    package struct Stretch: Sendable, Hashable {
        /// Slots, Unix ms.
        package var range: Range<Int64>
        /// Whether checks that failed are wanted, or those that succeeded, be it slowly.
        package var isDown: Bool

        /// Names a stretch.
        package init(range: Range<Int64>, isDown: Bool) {
            self.range = range
            self.isDown = isDown
        }
    }

    /// The newest check of each stretch: its slot, Unix ms, and its latency, µs; `nil` where there is none (any more).
    package static func newestChecks(
        of monitor: Int64,
        in stretches: [Stretch],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [(slot: Int64, latency: Int64?)?] {
        var checks = [(slot: Int64, latency: Int64?)?](repeating: nil, count: stretches.count)
        guard !stretches.isEmpty else { return checks }
        let rows = try connection.query(
            """
            SELECT stretch.number, \(DatabaseTime.millis("result.slot")), result.total_us
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
                AS stretch (begins, ends, down, number)
            CROSS JOIN LATERAL (
                SELECT slot, total_us FROM results
                WHERE monitor = $1 AND slot >= \(DatabaseTime.timestamp("stretch.begins"))
                    AND slot < \(DatabaseTime.timestamp("stretch.ends"))
                    AND CASE stretch.down WHEN 1 THEN outcome = 'down' ELSE outcome IN ('up', 'degraded') END
                ORDER BY slot DESC, region DESC, attempt DESC LIMIT 1
            ) AS result
            """,
            [
                .int(monitor), .ints(stretches.map(\.range.lowerBound)), .ints(stretches.map(\.range.upperBound)),
                .ints(stretches.map { $0.isDown ? 1 : 0 }),
            ]
        )
        for row in rows { checks[Int(try row.int64(0)) - 1] = (try row.int64(1), try row.int64OrNil(2)) }
        return checks
    }
}
