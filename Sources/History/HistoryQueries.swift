package import Events
package import Postgres

/// What the gateway asks of history.
///
/// Every call throws what the connection throws.
package enum HistoryQueries {
    /// A result as it was stored.
    package struct StoredResult: Sendable, Hashable {
        /// The result; its `values` are in ``values``.
        package var result: CheckResult
        /// The numbers of some kinds of checks, as the JSON object that was stored.
        package var values: String?
        /// Whether it came after a newer one.
        package var isLate: Bool
    }

    /// The newest results of each of the monitors, at most `count`, the newest first.
    package static func newest(
        _ count: Int,
        of monitors: [Int64],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [StoredResult] {
        let rows = try connection.query(
            """
            SELECT r.* FROM unnest($1::bigint[]) AS m (id) CROSS JOIN LATERAL (
                SELECT \(StoredResult.columns) FROM results WHERE monitor = m.id
                ORDER BY slot DESC, region DESC, attempt DESC LIMIT $2
            ) AS r
            """,
            [.ints(monitors), .int(Int64(count))]
        )
        var results: [StoredResult] = []
        for row in rows { results.append(try StoredResult(row)) }
        return results
    }
}

extension HistoryQueries.StoredResult {
    static let columns = """
        monitor, region, \(DatabaseTime.millis("slot")), attempt, \(DatabaseTime.millis("started_at")), outcome, reason, \
        phase, code, detail, dns_us, connect_us, tls_us, first_byte_us, total_us, address, \
        \(DatabaseTime.millis("certificate_expires_at")), pinger, generation, late, \
        "values"
        """

    init(_ row: PostgresRow) throws(PostgresError) {
        let outcome = Outcome(rawValue: try row.text(5)) ?? .unknown
        let timings = Timings(
            dns: try row.int64OrNil(10),
            connect: try row.int64OrNil(11),
            tls: try row.int64OrNil(12),
            firstByte: try row.int64OrNil(13),
            total: try row.int64OrNil(14)
        )
        self.result = CheckResult(
            monitor: try row.int64(0),
            region: try row.text(1),
            slot: try row.int64(2),
            attempt: Int(try row.int64(3)),
            startedAt: try row.int64(4),
            outcome: outcome,
            reason: try row.textOrNil(6).flatMap(Reason.init),
            phase: try row.textOrNil(7).flatMap(Phase.init),
            code: try row.int64OrNil(8).map { Int($0) },
            detail: try row.textOrNil(9),
            timings: timings,
            address: try row.textOrNil(15),
            certificateExpiresAt: try row.int64OrNil(16),
            pinger: try row.text(17),
            generation: try row.int64(18)
        )
        self.isLate = try row.bool(19)
        self.values = try row.textOrNil(20)
    }
}
