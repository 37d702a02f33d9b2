import Postgres

/// The rows of the rollup tables, out of and into PostgreSQL.
enum RollupRows {
    /// What ``rollup(_:from:)`` reads.
    static let columns = "up, degraded, down, unknown, retries, min_us, max_us, sum_us, histogram"

    static func copy(_ width: RollupWidth) -> String {
        "COPY \(width.table) (monitor, region, start, \(self.columns)) FROM STDIN (FORMAT binary)"
    }

    static func append(_ key: RollupKey, _ sum: Rollup, to rows: inout BinaryRows) {
        rows.beginRow(columns: 12)
        rows.bigint(key.monitor)
        rows.text(key.region)
        rows.bigint(DatabaseTime.binary(key.start))
        for count in [sum.up, sum.degraded, sum.down, sum.unknown, sum.retries] {
            rows.integer(Int32(clamping: count))
        }
        rows.bigint(sum.least)
        rows.bigint(sum.greatest)
        rows.bigint(sum.sum)
        rows.bytea(sum.histogram.encoded)
    }

    /// Removes the rows of these keys, where they exist, and returns what they held.
    static func take(
        _ keys: [RollupKey],
        _ width: RollupWidth,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [(RollupKey, Rollup)] {
        let rows = try connection.query(
            """
            DELETE FROM \(width.table) r
            USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS n (monitor, region, start)
            WHERE r.monitor = n.monitor AND r.region = n.region
                AND r.start = \(DatabaseTime.timestamp("n.start"))
            RETURNING r.monitor, r.region, n.start, \(self.columns)
            """,
            [.ints(keys.map(\.monitor)), .texts(keys.map(\.region)), .ints(keys.map(\.start))]
        )
        var taken: [(RollupKey, Rollup)] = []
        for row in rows {
            let key = RollupKey(monitor: try row.int64(0), region: try row.text(1), start: try row.int64(2))
            taken.append((key, try self.rollup(row, from: 3)))
        }
        return taken
    }

    /// Reads ``columns`` from column `first` on.
    static func rollup(_ row: PostgresRow, from first: Int) throws(PostgresError) -> Rollup {
        var sum = Rollup()
        sum.up = try row.int64(first)
        sum.degraded = try row.int64(first + 1)
        sum.down = try row.int64(first + 2)
        sum.unknown = try row.int64(first + 3)
        sum.retries = try row.int64(first + 4)
        sum.least = try row.int64OrNil(first + 5)
        sum.greatest = try row.int64OrNil(first + 6)
        sum.sum = try row.int64(first + 7)
        sum.histogram = LatencyHistogram(encoded: try row.bytes(first + 8)) ?? LatencyHistogram()
        return sum
    }
}
