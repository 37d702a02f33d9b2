import Postgres
import Synchronization

/// Keeps the tables of people small and true: when keys and sessions were used, and that what has run out goes.
final class PeopleUpkeep: Sendable {
    private static let hour: Int64 = 3_600_000

    private let pool: PostgresPool
    private let limits: Credentials.SessionLimits
    private let auditRetention: Int64
    private let lastRemoval = Mutex<Int64?>(nil)

    /// Works on `pool`; entries of the audit log are kept for `auditRetention` days.
    init(_ pool: PostgresPool, limits: Credentials.SessionLimits, auditRetention: Int64) {
        self.pool = pool
        self.limits = limits
        self.auditRetention = auditRetention
    }

    /// Notes when keys and sessions were last used; a session's use is one of its person.
    ///
    /// - Throws: `PostgresError`.
    func write(_ uses: [Credentials.Use]) throws {
        guard !uses.isEmpty else { return }
        let sessions = uses.compactMap { use in use.caller.session.map { ($0.id, use.at) } }
        let people = uses.compactMap { use in use.caller.kind == .person ? use.caller.id.map { ($0, use.at) } : nil }
        let keys = uses.compactMap { use in use.caller.kind == .key ? use.caller.id.map { ($0, use.at) } : nil }
        try self.pool.withConnection { connection in
            try Self.raise("sessions", "seen_at", sessions, connection)
            try Self.raise("people", "last_seen_at", people, connection)
            try Self.raise("api_keys", "last_used_at", keys, connection)
        }
    }

    private static func raise(
        _ table: String,
        _ column: String,
        _ uses: [(id: Int64, at: Int64)],
        _ connection: PostgresConnection
    ) throws {
        guard !uses.isEmpty else { return }
        try connection.query(
            """
            UPDATE \(table) SET \(column) = greatest(\(column), \(SQLTime.moment("uses.at")))
            FROM (SELECT id, max(at) AS at FROM unnest($1::bigint[], $2::bigint[]) AS uses (id, at) GROUP BY id) AS uses
            WHERE \(table).id = uses.id
            """,
            [.ints(uses.map(\.id)), .ints(uses.map(\.at))]
        )
    }

    /// Removes sessions, one-time tokens, repeatable requests and audit entries that have run out; at most once an hour by the monotonic
    /// clock `now` (ms).
    ///
    /// - Throws: `PostgresError`.
    func removeWhatHasRunOut(now: Int64) throws {
        let isDue = self.lastRemoval.withLock { last in
            if let last, now - last < Self.hour { return false }
            last = now
            return true
        }
        guard isDue else { return }
        try self.pool.withConnection { connection in
            try connection.query(
                """
                DELETE FROM sessions WHERE created_at < now() - $1::bigint * interval '1 millisecond'
                    OR seen_at < now() - $2::bigint * interval '1 millisecond'
                """,
                [.int(self.limits.lifetime), .int(self.limits.idle)]
            )
            try connection.query("DELETE FROM sign_in_tokens WHERE expires_at < now()")
            try connection.query("DELETE FROM idempotent_requests WHERE created_at < now() - interval '24 hours'")
            try connection.query(
                "DELETE FROM audit WHERE at < now() - $1::bigint * interval '1 day'",
                [.int(self.auditRetention)]
            )
        }
    }
}
