import Postgres

/// The stored results of monitors, newest first.
struct ResultStore: Sendable {
    /// Which results are wanted.
    struct Filter: Sendable {
        var monitor: Int64
        /// Unix ms, included; `nil`: from the first one on.
        var from: Int64?
        /// Unix ms, not included; `nil`: to the last one.
        var to: Int64?
        var outcome: String?
        var region: String?
    }

    /// The place of a result in the list.
    struct Key: Sendable, Equatable {
        var slot: Int64
        var region: String
        var attempt: Int64
    }

    /// One stored result; times in Unix ms, latencies in µs.
    struct Row: Sendable {
        var key: Key
        var startedAt: Int64
        var outcome: String
        var reason: String?
        var phase: String?
        var code: Int64?
        var detail: String?
        var dns: Int64?
        var connect: Int64?
        var tls: Int64?
        var firstByte: Int64?
        var total: Int64?
        /// A JSON object.
        var values: String?
        var address: String?
        var certificateExpiresAt: Int64?
        var pinger: String
        var generation: Int64
        var late: Bool
    }

    private let pool: PostgresPool

    /// Results from this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// At most `limit` results behind `after`.
    ///
    /// - Throws: `PostgresError`.
    func page(_ filter: Filter, after: Key?, limit: Int) throws -> [Row] {
        var conditions = ["monitor = $1"]
        var parameters: [PostgresValue] = [.int(filter.monitor)]
        func add(_ condition: (String) -> String, _ value: PostgresValue) {
            parameters.append(value)
            conditions.append(condition("$\(parameters.count)"))
        }
        if let from = filter.from { add({ "slot >= \(SQLTime.moment($0))" }, .int(from)) }
        if let to = filter.to { add({ "slot < \(SQLTime.moment($0))" }, .int(to)) }
        if let outcome = filter.outcome { add({ "outcome = \($0)" }, .text(outcome)) }
        if let region = filter.region { add({ "region = \($0)" }, .text(region)) }
        if let after {
            // The first lets the planner leave out the days that are newer.
            add({ "slot <= \(SQLTime.moment($0))" }, .int(after.slot))
            parameters += [.text(after.region), .int(after.attempt)]
            let last = parameters.count
            conditions.append(
                "(slot, region, attempt) < (\(SQLTime.moment("$\(last - 2)")), $\(last - 1), $\(last)::smallint)"
            )
        }
        parameters.append(.int(Int64(limit)))
        let sql = """
            SELECT \(SQLTime.milliseconds("slot")), region, attempt, \(SQLTime.milliseconds("started_at")), outcome,
                reason, phase, code, detail, dns_us, connect_us, tls_us, first_byte_us, total_us, "values", address,
                \(SQLTime.milliseconds("certificate_expires_at")), pinger, generation, late
            FROM results WHERE \(conditions.joined(separator: " AND "))
            ORDER BY slot DESC, region DESC, attempt DESC LIMIT $\(parameters.count)
            """
        return try self.pool.withConnection { try $0.query(sql, parameters).map(Self.row) }
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        Row(
            key: Key(slot: try row.int64(0), region: try row.text(1), attempt: try row.int64(2)),
            startedAt: try row.int64(3),
            outcome: try row.text(4),
            reason: try row.textOrNil(5),
            phase: try row.textOrNil(6),
            code: try row.int64OrNil(7),
            detail: try row.textOrNil(8),
            dns: try row.int64OrNil(9),
            connect: try row.int64OrNil(10),
            tls: try row.int64OrNil(11),
            firstByte: try row.int64OrNil(12),
            total: try row.int64OrNil(13),
            values: try row.textOrNil(14),
            address: try row.textOrNil(15),
            certificateExpiresAt: try row.int64OrNil(16),
            pinger: try row.text(17),
            generation: try row.int64(18),
            late: try row.bool(19)
        )
    }
}
