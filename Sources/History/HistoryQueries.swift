package import Events
package import Postgres

/// What the gateway asks of history.
///
/// Every call throws what the connection throws.
package enum HistoryQueries {
    /// Which results of a monitor are wanted.
    package struct Filter: Sendable, Hashable {
        /// The first slot, Unix ms.
        package var from: Int64?
        /// The slot before which they must lie, Unix ms.
        package var to: Int64?
        /// Only these.
        package var outcome: Outcome?
        /// Only from there.
        package var region: String?

        /// All results, or those that meet what is given.
        package init(from: Int64? = nil, to: Int64? = nil, outcome: Outcome? = nil, region: String? = nil) {
            self.from = from
            self.to = to
            self.outcome = outcome
            self.region = region
        }
    }

    /// A result as it was stored.
    package struct StoredResult: Sendable, Hashable {
        /// The result; its `values` are in ``values``.
        package var result: CheckResult
        /// The numbers of some kinds of checks, as the JSON object that was stored.
        package var values: String?
        /// Whether it came after a newer one.
        package var isLate: Bool
    }

    /// Results of a monitor, the newest slot first, at most `limit`, after the one that `cursor` names.
    ///
    /// The cursor is the identity of the last result of the page before; pages neither skip nor double what was there
    /// when the first was read.
    package static func results(
        of monitor: Int64,
        _ filter: Filter = Filter(),
        after cursor: ResultIdentity? = nil,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [StoredResult] {
        var conditions = ["monitor = $1"]
        var parameters: [PostgresValue] = [.int(monitor), .int(Int64(limit))]
        func add(_ condition: (String) -> String, _ value: PostgresValue) {
            parameters.append(value)
            conditions.append(condition("$\(parameters.count)"))
        }
        if let from = filter.from { add({ "slot >= \(DatabaseTime.timestamp("\($0)::bigint"))" }, .int(from)) }
        if let to = filter.to { add({ "slot < \(DatabaseTime.timestamp("\($0)::bigint"))" }, .int(to)) }
        if let outcome = filter.outcome { add({ "outcome = \($0)" }, .text(outcome.rawValue)) }
        if let region = filter.region { add({ "region = \($0)" }, .text(region)) }
        if let cursor {
            let first = parameters.count + 1
            parameters += [.int(cursor.slot), .text(cursor.region), .int(Int64(cursor.attempt))]
            conditions.append(
                "(slot, region, attempt) < "
                    + "(\(DatabaseTime.timestamp("$\(first)::bigint")), $\(first + 1)::text, $\(first + 2)::smallint)"
            )
        }
        let rows = try connection.query(
            """
            SELECT \(StoredResult.columns) FROM results WHERE \(conditions.joined(separator: " AND "))
            ORDER BY slot DESC, region DESC, attempt DESC LIMIT $2
            """,
            parameters
        )
        var results: [StoredResult] = []
        for row in rows { results.append(try StoredResult(row)) }
        return results
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
    fileprivate static let columns = """
        monitor, region, \(DatabaseTime.millis("slot")), attempt, \(DatabaseTime.millis("started_at")), outcome, reason, \
        phase, code, detail, dns_us, connect_us, tls_us, first_byte_us, total_us, address, \
        \(DatabaseTime.millis("certificate_expires_at")), pinger, generation, late, \
        "values"
        """

    fileprivate init(_ row: PostgresRow) throws(PostgresError) {
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
