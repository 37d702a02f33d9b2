import Postgres

/// One relay at a time (design §3): a row that its holder renews every second.
///
/// A holder that was silent for five seconds is ended, backend and all, so that nothing it left half done can be
/// committed after its successor began. For the relay's thread.
struct RelayLock {
    private let instance: String

    /// The lock as `instance` takes it.
    init(instance: String) {
        self.instance = instance
    }

    /// Takes or renews the lock; `false`: another relay holds it.
    func hold(_ connection: PostgresConnection) throws(PostgresError) -> Bool {
        let backend = try connection.backend()
        if try self.renew(connection, backend) { return true }
        guard let silent = try self.silentHolder(connection) else { return false }
        if let silent { try connection.terminate(silent) }
        let taken = try connection.query(
            """
            UPDATE relay_lock
            SET instance = $1, backend_pid = $2::integer, renewed_at = clock_timestamp(),
                backend_start = to_timestamp(0) + $3::bigint * interval '1 microsecond'
            WHERE renewed_at IS NULL OR renewed_at < clock_timestamp() - interval '5 seconds'
            RETURNING true
            """,
            [.text(self.instance), .int(backend.id), .int(backend.startedAt)]
        )
        return !taken.isEmpty
    }

    /// Gives the lock up, so that a successor need not wait.
    func release(_ connection: PostgresConnection) throws(PostgresError) {
        let backend = try connection.backend()
        try connection.query(
            """
            UPDATE relay_lock SET renewed_at = NULL
            WHERE backend_pid = $1::integer AND backend_start = to_timestamp(0) + $2::bigint * interval '1 microsecond'
            """,
            [.int(backend.id), .int(backend.startedAt)]
        )
    }

    private func renew(_ connection: PostgresConnection, _ backend: PostgresBackend) throws(PostgresError) -> Bool {
        let rows = try connection.query(
            """
            UPDATE relay_lock SET renewed_at = clock_timestamp()
            WHERE backend_pid = $1::integer AND backend_start = to_timestamp(0) + $2::bigint * interval '1 microsecond'
            RETURNING true
            """,
            [.int(backend.id), .int(backend.startedAt)]
        )
        return !rows.isEmpty
    }

    /// The holder if it was silent too long, `.some(nil)` if there is none; `nil`: there is one, and it is well.
    private func silentHolder(_ connection: PostgresConnection) throws(PostgresError) -> PostgresBackend?? {
        let rows = try connection.query(
            """
            SELECT backend_pid, (extract(epoch FROM backend_start) * 1000000)::bigint,
                coalesce(renewed_at < clock_timestamp() - interval '5 seconds', true)
            FROM relay_lock
            """
        )
        guard let row = rows.first, try row.bool(2) else { return nil }
        guard let id = try row.int64OrNil(0), let start = try row.int64OrNil(1) else { return .some(nil) }
        return PostgresBackend(id: id, startedAt: start)
    }
}
