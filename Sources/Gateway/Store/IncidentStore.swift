import Postgres

/// The incidents as the alerter keeps them, the newest first.
struct IncidentStore: Sendable {
    /// Which incidents are wanted.
    struct Filter: Sendable {
        var monitor: Int64?
        /// Whether those that go on or those that ended; `nil`: both.
        var isOpen: Bool?
    }

    /// The place of an incident in the list.
    struct Key: Sendable, Equatable {
        /// Unix ms.
        var startedAt: Int64
        var id: String
    }

    /// One incident; times in Unix ms.
    struct Row: Sendable {
        var key: Key
        var monitor: Int64
        var name: String
        var target: String
        var confirmedAt: Int64
        var endedAt: Int64?
        var resolution: String?
        var reason: String?
        var detail: String?
        /// A JSON array of strings.
        var regions: String
        var acknowledgedAt: Int64?
        var acknowledgedBy: String?
    }

    /// What a person did about an incident.
    struct Action: Sendable {
        /// Unix ms.
        var at: Int64
        var verb: String
        var person: String
        var text: String?
    }

    private static let columns = """
        id, monitor, name, target, started_ms, confirmed_ms, ended_ms, resolution, reason, detail,
        array_to_json(regions), acknowledged_ms, acknowledged_by
        """

    private let pool: PostgresPool

    /// Incidents from this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// At most `limit` incidents behind `after`.
    ///
    /// - Throws: `PostgresError`.
    func page(_ filter: Filter, after: Key?, limit: Int) throws -> [Row] {
        let sql = """
            SELECT \(Self.columns) FROM incidents
            WHERE ($1::bigint IS NULL OR monitor = $1) AND ($2::boolean IS NULL OR (ended_ms IS NULL) = $2)
                AND ($3::bigint IS NULL OR started_ms < $3 OR (started_ms = $3 AND id > $4))
            ORDER BY started_ms DESC, id LIMIT $5
            """
        let parameters: [PostgresValue] = [
            PostgresValue(filter.monitor), filter.isOpen.map(PostgresValue.bool) ?? .null,
            PostgresValue(after?.startedAt), PostgresValue(after?.id), .int(Int64(limit)),
        ]
        return try self.pool.withConnection { try $0.query(sql, parameters).map(Self.row) }
    }

    /// One incident with what was done about it; `nil` where there is none.
    ///
    /// - Throws: `PostgresError`.
    func find(_ id: String) throws -> (incident: Row, actions: [Action])? {
        try self.pool.withConnection { connection in
            let rows = try connection.query("SELECT \(Self.columns) FROM incidents WHERE id = $1", [.text(id)])
            guard let row = rows.first else { return nil }
            let actions = try connection.query(
                "SELECT at_ms, verb, person, text FROM incident_actions WHERE incident = $1 ORDER BY at_ms, verb, person",
                [.text(id)]
            )
            return (
                try Self.row(row),
                try actions.map { row in
                    Action(
                        at: try row.int64(0),
                        verb: try row.text(1),
                        person: try row.text(2),
                        text: try row.textOrNil(3)
                    )
                }
            )
        }
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        Row(
            key: Key(startedAt: try row.int64(4), id: try row.text(0)),
            monitor: try row.int64(1),
            name: try row.text(2),
            target: try row.text(3),
            confirmedAt: try row.int64(5),
            endedAt: try row.int64OrNil(6),
            resolution: try row.textOrNil(7),
            reason: try row.textOrNil(8),
            detail: try row.textOrNil(9),
            regions: try row.text(10),
            acknowledgedAt: try row.int64OrNil(11),
            acknowledgedBy: try row.textOrNil(12)
        )
    }
}
