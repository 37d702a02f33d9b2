package import Postgres

/// The partitions of `results`, a day of slots each (UTC): made ahead, dropped by retention (design §6).
package enum DayPartitions {
    /// How many days ahead are made.
    package static let daysAhead: Int64 = 7
    private static let day: Int64 = 86_400_000
    /// Any number that nobody else locks: "apusdays" in bytes.
    private static let lock: Int64 = 0x6170_7573_6461_7973

    /// Makes the missing days from the one of `first` through the one of `last`, Unix ms; returns their number.
    ///
    /// Results of such a day that lie in the default partition move into it. Locks only what is made, so that rounds go
    /// on. Throws what the connection throws: 23514 where a round put another such result there meanwhile.
    @discardableResult
    package static func make(
        from first: Int64,
        through last: Int64,
        on connection: PostgresConnection
    ) throws -> Int {
        try connection.withTransaction { connection in
            try self.lock(connection)
            let missing = try connection.query(
                """
                SELECT name, start, start + interval '1 day' FROM (
                    SELECT 'results_' || to_char(start AT TIME ZONE 'UTC', 'YYYYMMDD') AS name, start
                    FROM (SELECT \(DatabaseTime.timestamp("d")) AS start
                        FROM generate_series($1::bigint, $2::bigint, $3::bigint) AS d) AS days
                ) AS named WHERE to_regclass(name) IS NULL
                """,
                [.int(first - first % self.day), .int(last - last % self.day), .int(self.day)]
            )
            for row in missing {
                let name = try row.text(0)
                let (first, end) = (try row.text(1), try row.text(2))
                try connection.script(
                    """
                    CREATE TABLE \(name) (LIKE results INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
                    WITH strays AS (
                        DELETE FROM results_default WHERE slot >= '\(first)' AND slot < '\(end)' RETURNING *
                    ) INSERT INTO \(name) SELECT * FROM strays;
                    ALTER TABLE results ATTACH PARTITION \(name) FOR VALUES FROM ('\(first)') TO ('\(end)')
                    """
                )
            }
            return missing.count
        }
    }

    /// Moves the floor up to `floor`, Unix ms, and drops the days that end there or before; returns their names.
    ///
    /// Rounds either see the old floor and the old days or the new floor and the new days.
    package static func drop(before floor: Int64, on connection: PostgresConnection) throws -> [String] {
        let start = floor - floor % self.day
        return try connection.withTransaction { connection in
            try self.lock(connection)
            try connection.query(
                """
                UPDATE history_floor SET slot = \(DatabaseTime.timestamp("$1::bigint"))
                WHERE slot < \(DatabaseTime.timestamp("$1::bigint"))
                """,
                [.int(start)]
            )
            let old = try connection.query(
                """
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'results'::regclass AND c.relname ~ '^results_[0-9]{8}$'
                    AND c.relname < (
                        SELECT 'results_' || to_char(slot AT TIME ZONE 'UTC', 'YYYYMMDD') FROM history_floor
                    )
                ORDER BY 1
                """
            ).map { row in try row.text(0) }
            for name in old { try connection.script("DROP TABLE \(name)") }
            try connection.script(
                "DELETE FROM results_default WHERE slot < (SELECT slot FROM history_floor)"
            )
            return old
        }
    }

    /// How many results fit no day; should be 0.
    ///
    /// At most a thousand are counted.
    package static func strays(on connection: PostgresConnection) throws(PostgresError) -> Int {
        let rows = try connection.query("SELECT count(*) FROM (SELECT FROM results_default LIMIT 1000) AS strays")
        return Int(try rows[0].int64(0))
    }

    /// The floor, Unix ms: older results are dropped.
    ///
    /// `isHeld`: it stays where it is until the transaction's end.
    package static func floor(isHeld: Bool, on connection: PostgresConnection) throws(PostgresError) -> Int64 {
        let rows = try connection.query(
            "SELECT \(DatabaseTime.millis("slot")) FROM history_floor\(isHeld ? " FOR SHARE" : "")"
        )
        return rows.isEmpty ? 0 : try rows[0].int64(0)
    }

    private static func lock(_ connection: PostgresConnection) throws(PostgresError) {
        // Whoever can't have its locks soon tries again later, so that nobody queues behind it for long.
        try connection.script("SET LOCAL lock_timeout = '2s'")
        try connection.query("SELECT pg_advisory_xact_lock($1::bigint)", [.int(self.lock)])
    }
}
