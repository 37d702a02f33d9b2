import Postgres

/// Who changed what, the newest first.
struct AuditStore: Sendable {
    /// Which entries are wanted.
    struct Filter: Sendable {
        /// A kind of callers, and one of them by its id.
        var actor: (kind: String, id: Int64?)?
        /// One such as `monitors/7`, or all of a kind, as `monitors`.
        var subject: String?
        /// Unix ms.
        var from: Int64?
        /// Unix ms.
        var to: Int64?
    }

    /// One entry; times in Unix ms.
    struct Row: Sendable {
        var id: Int64
        var at: Int64
        var actorKind: String
        var actor: Int64?
        var actorName: String
        var address: String
        var method: String
        var route: String
        var subject: String
        /// What it is called now; `nil`: nothing, or it is gone.
        var subjectName: String?
        /// A JSON array.
        var changes: String
        var request: String
    }

    /// The present name of a row's subject.
    private static let subjectName = """
        CASE split_part(subject, '/', 1)
            WHEN 'monitors' THEN
                (SELECT definition ->> 'name' FROM monitors WHERE id = split_part(subject, '/', 2)::bigint)
            WHEN 'channels' THEN (SELECT name FROM channels WHERE id = split_part(subject, '/', 2)::bigint)
            WHEN 'keys' THEN (SELECT name FROM api_keys WHERE id = split_part(subject, '/', 2)::bigint)
            WHEN 'people' THEN (SELECT name FROM people WHERE id = split_part(subject, '/', 2)::bigint)
            WHEN 'incidents' THEN (SELECT name FROM incidents WHERE id = split_part(subject, '/', 2))
        END
        """

    private let pool: PostgresPool

    /// The log in this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// At most `limit` entries with smaller ids than `before`.
    ///
    /// - Throws: `PostgresError`.
    func page(_ filter: Filter, before: Int64?, limit: Int) throws -> [Row] {
        let isKind = filter.subject?.contains("/") == false
        let rows = try self.pool.withConnection { connection in
            try connection.query(
                """
                SELECT id, \(SQLTime.milliseconds("at")), actor_kind, actor, actor_name, address, method, route, subject,
                    changes, request, \(Self.subjectName)
                FROM audit
                WHERE ($1::text IS NULL OR actor_kind = $1) AND ($2::bigint IS NULL OR actor = $2)
                    AND ($3::text IS NULL OR subject = $3\(isKind ? " OR starts_with(subject, $3 || '/')" : ""))
                    AND ($4::bigint IS NULL OR at >= \(SQLTime.moment("$4")))
                    AND ($5::bigint IS NULL OR at < \(SQLTime.moment("$5")))
                    AND ($6::bigint IS NULL OR id < $6)
                ORDER BY id DESC LIMIT $7::bigint
                """,
                [
                    PostgresValue(filter.actor?.kind), PostgresValue(filter.actor?.id ?? nil),
                    PostgresValue(filter.subject), PostgresValue(filter.from), PostgresValue(filter.to),
                    PostgresValue(before), .int(Int64(limit)),
                ]
            )
        }
        return try rows.map { row in
            Row(
                id: try row.int64(0),
                at: try row.int64(1),
                actorKind: try row.text(2),
                actor: try row.int64OrNil(3),
                actorName: try row.text(4),
                address: try row.text(5),
                method: try row.text(6),
                route: try row.text(7),
                subject: try row.text(8),
                subjectName: try row.textOrNil(11),
                changes: try row.text(9),
                request: try row.text(10)
            )
        }
    }
}
