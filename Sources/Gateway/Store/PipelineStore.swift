import Postgres

/// What the processes say of themselves, and what the log cost.
struct PipelineStore: Sendable {
    /// One process by its last report; times in Unix ms.
    struct Process: Sendable {
        var kind: String
        var instance: String
        var version: String
        var startedAt: Int64
        var seenAt: Int64
        /// Seconds since then, by the database's clock.
        var age: Double
        /// The share of a core that it uses.
        var load: Double?
        var lagSeconds: Double?
        /// A JSON object.
        var details: String
    }

    /// Records that a projection could not read, or that it never saw.
    struct Losses: Sendable {
        var projection: String
        var count: Int64
        /// Unix ms.
        var newestAt: Int64
    }

    private let pool: PostgresPool

    /// The pipeline as this database knows it.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Every process that reported within a day.
    ///
    /// - Throws: `PostgresError`.
    func processes() throws -> [Process] {
        let sql = """
            SELECT kind, instance, version, \(SQLTime.milliseconds("started_at")), \(SQLTime.milliseconds("seen_at")),
                extract(epoch FROM now() - seen_at), load, lag_seconds, details
            FROM processes ORDER BY kind, instance
            """
        return try self.pool.withConnection { connection in
            try connection.query(sql).map { row in
                Process(
                    kind: try row.text(0),
                    instance: try row.text(1),
                    version: try row.text(2),
                    startedAt: try row.int64(3),
                    seenAt: try row.int64(4),
                    age: max(0, try row.double(5)),
                    load: try row.doubleOrNil(6),
                    lagSeconds: try row.doubleOrNil(7),
                    details: try row.text(8)
                )
            }
        }
    }

    /// The records of each projection that could not be read.
    ///
    /// - Throws: `PostgresError`.
    func deadLetters() throws -> [Losses] { try self.losses("dead_letters") }

    /// The stretches of the log that were lost to each projection.
    ///
    /// - Throws: `PostgresError`.
    func gaps() throws -> [Losses] { try self.losses("gaps") }

    private func losses(_ table: String) throws -> [Losses] {
        let sql = """
            SELECT projection, count(*), \(SQLTime.milliseconds("max(at)")) FROM \(table)
            GROUP BY projection ORDER BY projection
            """
        return try self.pool.withConnection { connection in
            try connection.query(sql).map { row in
                Losses(projection: try row.text(0), count: try row.int64(1), newestAt: try row.int64(2))
            }
        }
    }
}
