/// One server process that serves one connection, told from every later one with the same pid by its start.
package struct PostgresBackend: Sendable, Hashable {
    /// The server's process id.
    package let id: Int64
    /// When it started, in microseconds since 1970 by the server's clock.
    package let startedAt: Int64

    /// A backend as it was written down.
    package init(id: Int64, startedAt: Int64) {
        self.id = id
        self.startedAt = startedAt
    }
}

extension PostgresConnection {
    /// The backend of this connection: one round trip.
    package func backend() throws(PostgresError) -> PostgresBackend {
        let rows = try self.query(
            """
            SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint
            FROM pg_stat_activity WHERE pid = pg_backend_pid()
            """
        )
        guard let row = rows.first else { throw PostgresError(.unexpected, "the server does not list this backend") }
        return PostgresBackend(id: try row.int64(0), startedAt: try row.int64(1))
    }

    /// Ends another backend, and with it its open transaction; false when it is gone already.
    ///
    /// The server signals it and does not wait: its locks are free once it has noticed. A frozen one notices when it
    /// goes on. Needs the same role as the other's, or `pg_signal_backend`.
    @discardableResult
    package func terminate(_ backend: PostgresBackend) throws(PostgresError) -> Bool {
        try self.signal(backend, by: "pg_terminate_backend")
    }

    /// Cancels what another backend runs now; false when it is gone already.
    @discardableResult
    package func cancel(_ backend: PostgresBackend) throws(PostgresError) -> Bool {
        try self.signal(backend, by: "pg_cancel_backend")
    }

    private func signal(_ backend: PostgresBackend, by function: String) throws(PostgresError) -> Bool {
        let rows = try self.query(
            """
            SELECT \(function)(pid) FROM pg_stat_activity
            WHERE pid = $1::integer AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2::bigint
            """,
            [.int(backend.id), .int(backend.startedAt)]
        )
        return try rows.first?.bool(0) ?? false
    }
}
