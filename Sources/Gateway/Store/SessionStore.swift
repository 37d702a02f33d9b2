import Postgres

/// Sessions of browsers and the one-time tokens that open them.
struct SessionStore: Sendable {
    /// Whose a session is: it ends with its owner.
    enum Owner: Sendable, Equatable {
        case person(Int64)
        case key(Int64)
        /// The fingerprint of `APUS_ADMIN_KEY`: with another one the session opens nothing.
        case adminKey([UInt8])

        /// The values of the columns person, api_key and admin_key.
        fileprivate var columns: [PostgresValue] {
            switch self {
            case .person(let id): [.int(id), .null, .null]
            case .key(let id): [.null, .int(id), .null]
            case .adminKey(let fingerprint): [.null, .null, .bytes(fingerprint)]
            }
        }
    }

    /// One session; times in Unix ms.
    struct Row: Sendable {
        var session: Caller.Session
        /// The person, or `nil` for a session that was opened with a key.
        var person: (id: Int64, name: String)?
        /// The key that opened it; `nil`: a person, or the admin's key.
        var key: (id: Int64, name: String)?
        var lastSeenAt: Int64
    }

    /// How many sessions one owner has at most; the one unused for longest makes room.
    private static let mostPerOwner: Int64 = 100
    /// How long a one-time token opens a session, ms.
    static let tokenLifetime: Int64 = 600_000

    private let pool: PostgresPool
    private let credentials: Credentials

    /// A store whose fingerprints are those of `credentials`.
    init(_ pool: PostgresPool, credentials: Credentials) {
        self.pool = pool
        self.credentials = credentials
    }

    /// Whose sessions a caller may see and end.
    func owner(_ caller: Caller) -> Owner? {
        switch (caller.kind, caller.id) {
        case (.person, let id?): .person(id)
        case (.key, let id?): .key(id)
        case (.adminKey, _): self.credentials.adminFingerprint.map(Owner.adminKey)
        default: nil
        }
    }

    // MARK: Opening

    /// Opens a session inside a transaction, in place of the browser's former one, and returns its cookie and id.
    func open(
        _ owner: Owner,
        byToken: Bool,
        address: String,
        agent: String,
        replacing former: Int64?,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> (cookie: String, id: Int64) {
        let cookie = Credentials.makeToken()
        if let former { try connection.query("DELETE FROM sessions WHERE id = $1::bigint", [.int(former)]) }
        let rows = try connection.query(
            """
            INSERT INTO sessions (person, api_key, admin_key, fingerprint, by_token, address, agent)
            VALUES ($1::bigint, $2::bigint, $3::bytea, $4::bytea, $5, $6, $7) RETURNING id
            """,
            owner.columns + [
                .bytes(self.credentials.fingerprint(ofCookie: cookie)), .bool(byToken), .text(address),
                .text(String(agent.prefix(200))),
            ]
        )
        try connection.query(
            """
            DELETE FROM sessions WHERE id IN (
                SELECT id FROM sessions WHERE person = $1::bigint OR api_key = $2::bigint OR admin_key = $3::bytea
                ORDER BY seen_at DESC, id DESC OFFSET \(Self.mostPerOwner)
            )
            """,
            owner.columns
        )
        return (cookie, try rows.first?.int64(0) ?? 0)
    }

    /// Makes a one-time token inside a transaction.
    func makeToken(for owner: Owner, _ connection: PostgresConnection) throws(PostgresError) -> (
        token: String, expiresAt: Int64
    ) {
        let token = Credentials.makeToken()
        let rows = try connection.query(
            """
            INSERT INTO sign_in_tokens (person, api_key, admin_key, fingerprint, expires_at)
            VALUES ($1::bigint, $2::bigint, $3::bytea, $4::bytea, now() + $5::bigint * interval '1 millisecond')
            RETURNING \(SQLTime.milliseconds("expires_at"))
            """,
            owner.columns + [.bytes(self.credentials.fingerprint(ofToken: token)), .int(Self.tokenLifetime)]
        )
        return (token, try rows.first?.int64(0) ?? 0)
    }

    /// Takes a one-time token inside a transaction; `nil`: it was used, has run out, or never was.
    func redeem(_ token: String, _ connection: PostgresConnection) throws(PostgresError) -> Owner? {
        let rows = try connection.query(
            """
            DELETE FROM sign_in_tokens WHERE fingerprint = $1::bytea AND expires_at > now()
            RETURNING person, api_key, admin_key
            """,
            [.bytes(self.credentials.fingerprint(ofToken: token))]
        )
        guard let row = rows.first else { return nil }
        if let person = try row.int64OrNil(0) { return .person(person) }
        if let key = try row.int64OrNil(1) { return .key(key) }
        guard let admin = try row.bytesOrNil(2), admin == self.credentials.adminFingerprint else { return nil }
        return .adminKey(admin)
    }

    // MARK: Looking and ending

    /// Sessions with ids above `after`, at most `limit`; of all where `owner` is `nil`.
    ///
    /// - Throws: `PostgresError`.
    func page(_ owner: Owner?, after: Int64, limit: Int) throws -> [Row] {
        let rows = try self.pool.withConnection { connection in
            try connection.query(
                """
                SELECT sessions.id, by_token, address, agent, \(SQLTime.milliseconds("sessions.created_at")),
                    \(SQLTime.milliseconds("seen_at")), people.id, people.name, api_keys.id, api_keys.name
                FROM sessions LEFT JOIN people ON people.id = person LEFT JOIN api_keys ON api_keys.id = api_key
                WHERE sessions.id > $5::bigint
                    AND ($4 OR person = $1::bigint OR api_key = $2::bigint OR admin_key = $3::bytea)
                    AND sessions.created_at > now() - $7::bigint * interval '1 millisecond'
                    AND seen_at > now() - $8::bigint * interval '1 millisecond'
                ORDER BY sessions.id LIMIT $6::bigint
                """,
                (owner?.columns ?? [.null, .null, .null]) + [
                    .bool(owner == nil), .int(after), .int(Int64(limit)), .int(self.credentials.limits.lifetime),
                    .int(self.credentials.limits.idle),
                ]
            )
        }
        return try rows.map { row in
            let startedAt = try row.int64(4)
            let session = Caller.Session(
                id: try row.int64(0),
                startedAt: startedAt,
                expiresAt: startedAt + self.credentials.limits.lifetime,
                byToken: try row.bool(1),
                address: try row.text(2),
                agent: try row.text(3)
            )
            let person = try row.int64OrNil(6)
            let key = try row.int64OrNil(8)
            return Row(
                session: session,
                person: try person.map { ($0, try row.text(7)) },
                key: try key.map { ($0, try row.text(9)) },
                lastSeenAt: try row.int64(5)
            )
        }
    }

    /// Ends a session, of this owner or, where `owner` is `nil`, of anybody.
    ///
    /// - Throws: ``Refusal`` 404 where there is none.
    func end(_ id: Int64, of owner: Owner?, by author: Author) throws {
        try self.pool.withConnection { connection in
            try connection.withTransaction { connection in
                let rows = try connection.query(
                    """
                    DELETE FROM sessions WHERE id = $5::bigint
                        AND ($4 OR person = $1::bigint OR api_key = $2::bigint OR admin_key = $3::bytea)
                    RETURNING (SELECT name FROM people WHERE id = person)
                    """,
                    (owner?.columns ?? [.null, .null, .null]) + [.bool(owner == nil), .int(id)]
                )
                guard let row = rows.first else { throw Refusal.notFound("session") }
                let person = try row.textOrNil(0)
                let changes = person.map { [AuditChange.text("person", from: $0, to: nil)] } ?? []
                try author.note("sessions/\(id)", changes, connection)
            }
        }
        try self.credentials.refresh(self.pool)
    }
}
