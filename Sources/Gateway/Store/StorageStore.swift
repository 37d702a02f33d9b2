import Postgres

/// How much the books hold, and for how long.
struct StorageStore: Sendable {
    /// A table with its indexes.
    struct Table: Sendable {
        var name: String
        /// As the planner last counted them.
        var rows: Int64
        var bytes: Int64
    }

    /// Everything.
    struct Storage: Sendable {
        /// The whole database.
        var bytes: Int64
        /// The largest first; days of results count as one.
        var tables: [Table]
        /// The oldest slot whose results are kept, Unix ms.
        var resultsFrom: Int64
        /// What those who drop what is old say of themselves: JSON objects.
        var retention: [String]
    }

    private let pool: PostgresPool

    /// The storage of this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// What it holds now; counts are estimates, so that it costs the same however much that is.
    ///
    /// - Throws: `PostgresError`.
    func storage() throws -> Storage {
        let tables = """
            SELECT name, sum(rows)::bigint, sum(bytes)::bigint FROM (
                SELECT coalesce(parent.relname, c.relname) AS name, greatest(c.reltuples, 0) AS rows,
                    pg_total_relation_size(c.oid) AS bytes
                FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
                    LEFT JOIN pg_class parent ON parent.oid = i.inhparent
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            ) AS sizes GROUP BY name ORDER BY 3 DESC, 1
            """
        let retention = """
            SELECT DISTINCT ON (kind) details -> 'retention' FROM processes WHERE details ? 'retention'
            ORDER BY kind, seen_at DESC
            """
        return try self.pool.withConnection { connection in
            let totals = try connection.query(
                "SELECT pg_database_size(current_database()), \(SQLTime.milliseconds("slot")) FROM history_floor"
            )
            return Storage(
                bytes: try totals.first?.int64(0) ?? 0,
                tables: try connection.query(tables).map { row in
                    Table(name: try row.text(0), rows: try row.int64(1), bytes: try row.int64(2))
                },
                resultsFrom: try totals.first?.int64(1) ?? 0,
                retention: try connection.query(retention).map { try $0.text(0) }
            )
        }
    }
}
