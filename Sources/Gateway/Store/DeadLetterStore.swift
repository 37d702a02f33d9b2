import Postgres

/// The records that a projection could not make sense of, the newest first.
struct DeadLetterStore: Sendable {
    /// The place of a record in the list, which is its place in the log, too.
    struct Key: Sendable, Equatable {
        /// When it was found, Unix µs.
        var at: Int64
        var projection: String
        var generation: Int64
        var topic: String
        var partition: Int64
        var offset: Int64
    }

    /// One record.
    struct Row: Sendable {
        var key: Key
        var recordKey: [UInt8]?
        /// At most the first 64 KiB.
        var value: [UInt8]?
        /// Of the whole value, in bytes; `nil`: it had none.
        var size: Int64?
        var reason: String
        /// The record's, Unix ms.
        var timestamp: Int64
    }

    private let pool: PostgresPool

    /// Dead letters from this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// At most `limit` records behind `after`.
    ///
    /// - Throws: `PostgresError`.
    func page(after: Key?, limit: Int) throws -> [Row] {
        let sql = """
            SELECT (extract(epoch FROM at) * 1000000)::bigint, projection, generation, topic, partition, "offset", key,
                value, size, reason, timestamp
            FROM dead_letters
            WHERE $1::bigint IS NULL OR (at, projection, generation, topic, partition, "offset") < (
                'epoch'::timestamptz + $1::bigint * interval '1 microsecond', $2::text, $3::bigint, $4::text,
                $5::integer, $6::bigint
            )
            ORDER BY at DESC, projection DESC, generation DESC, topic DESC, partition DESC, "offset" DESC
            LIMIT $7::bigint
            """
        let parameters: [PostgresValue] = [
            PostgresValue(after?.at), PostgresValue(after?.projection), PostgresValue(after?.generation),
            PostgresValue(after?.topic), PostgresValue(after?.partition), PostgresValue(after?.offset),
            .int(Int64(limit)),
        ]
        return try self.pool.withConnection { connection in
            try connection.query(sql, parameters).map { row in
                let key = Key(
                    at: try row.int64(0),
                    projection: try row.text(1),
                    generation: try row.int64(2),
                    topic: try row.text(3),
                    partition: try row.int64(4),
                    offset: try row.int64(5)
                )
                return Row(
                    key: key,
                    recordKey: try row.bytesOrNil(6),
                    value: try row.bytesOrNil(7),
                    size: try row.int64OrNil(8),
                    reason: try row.text(9),
                    timestamp: try row.int64(10)
                )
            }
        }
    }
}
