import HTTPServer
import JSON
import Postgres

/// The people who may sign in.
struct PersonStore: Sendable {
    /// One person; times in Unix ms.
    struct Person: Sendable {
        var id: Int64
        var generation: Int64
        var name: String
        var role: Role
        /// Argon2id; `nil`: signs in with one-time links only.
        var password: String?
        var isDisabled: Bool
        var createdAt: Int64
        var lastSeenAt: Int64?
    }

    private static let columns = """
        id, generation, name, role, password, is_disabled, \(SQLTime.milliseconds("created_at")),
        \(SQLTime.milliseconds("last_seen_at"))
        """

    private let pool: PostgresPool
    private let credentials: Credentials

    /// A store that tells `credentials` at once when somebody may do less.
    init(_ pool: PostgresPool, credentials: Credentials) {
        self.pool = pool
        self.credentials = credentials
    }

    /// People in the order of their ids after `after`, at most `limit`.
    ///
    /// - Throws: `PostgresError`.
    func page(after: Int64, limit: Int) throws -> [Person] {
        try self.pool.withConnection { connection in
            try connection.query(
                "SELECT \(Self.columns) FROM people WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint",
                [.int(after), .int(Int64(limit))]
            ).map(Self.person)
        }
    }

    /// One person.
    ///
    /// - Throws: ``Refusal`` 404 where there is none, `PostgresError`.
    func find(_ id: Int64) throws -> Person {
        try self.pool.withConnection { try self.existing($0, id, expected: nil, lock: false) }
    }

    /// Adds a person.
    ///
    /// - Throws: ``Refusal`` 409 where another one has the name, `PostgresError`.
    func add(name: String, role: Role, password: String?, by author: Author) throws -> Person {
        try self.change { connection in
            let rows = try connection.query(
                "INSERT INTO people (name, role, password) VALUES ($1, $2, $3) RETURNING \(Self.columns)",
                [.text(name), .text(role.rawValue), PostgresValue(password)]
            )
            guard let person = try rows.first.map(Self.person) else { throw Refusal.notFound("person") }
            let secrets = password == nil ? [] : [AuditChange.secret("password")]
            try author.note("people/\(person.id)", Self.differences(nil, person) + secrets, connection)
            return person
        }
    }

    /// Edits a person by `edit`; `expected` is the generation that the client knows, if it says.
    ///
    /// Whose password is new, or who is disabled, is signed out everywhere but in the session `keeping`.
    /// - Throws: ``Refusal`` 404 and 412, 409 where another one has the name, `PostgresError`.
    func edit(
        _ id: Int64,
        expected: Int64?,
        keeping session: Int64?,
        by author: Author,
        _ edit: (inout Person) -> Void
    ) throws -> Person {
        let edited = try self.change { connection in
            let former = try self.existing(connection, id, expected: expected, lock: true)
            var edited = former
            edit(&edited)
            edited.generation = former.generation + 1
            try connection.query(
                """
                UPDATE people SET generation = $2::bigint, name = $3, role = $4, password = $5, is_disabled = $6,
                    updated_at = now() WHERE id = $1::bigint
                """,
                [
                    .int(id), .int(edited.generation), .text(edited.name), .text(edited.role.rawValue),
                    PostgresValue(edited.password), .bool(edited.isDisabled),
                ]
            )
            let isNewPassword = edited.password != former.password
            if isNewPassword || edited.isDisabled {
                try connection.query("DELETE FROM sign_in_tokens WHERE person = $1::bigint", [.int(id)])
                try connection.query(
                    "DELETE FROM sessions WHERE person = $1::bigint AND id IS DISTINCT FROM $2::bigint",
                    [.int(id), PostgresValue(session)]
                )
            }
            let secrets = isNewPassword ? [AuditChange.secret("password")] : []
            try author.note("people/\(id)", Self.differences(former, edited) + secrets, connection)
            return edited
        }
        try self.credentials.refresh(self.pool)
        return edited
    }

    /// Deletes a person and their sessions; what they did stays in the audit log.
    ///
    /// - Throws: ``Refusal`` 404 and 412, `PostgresError`.
    func remove(_ id: Int64, expected: Int64?, by author: Author) throws {
        try self.change { connection in
            let former = try self.existing(connection, id, expected: expected, lock: true)
            try connection.query("DELETE FROM people WHERE id = $1::bigint", [.int(id)])
            try author.note("people/\(id)", Self.differences(former, nil), connection)
        }
        try self.credentials.refresh(self.pool)
    }

    // MARK: Inside a transaction

    private func change<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        do {
            return try self.pool.withConnection { connection in try connection.withTransaction { try body($0) } }
        } catch let error as PostgresError where error.isUniqueViolation {
            throw Refusal.taken("/name", "Somebody else has this name.")
        }
    }

    private func existing(
        _ connection: PostgresConnection,
        _ id: Int64,
        expected: Int64?,
        lock: Bool
    ) throws -> Person {
        let rows = try connection.query(
            "SELECT \(Self.columns) FROM people WHERE id = $1::bigint" + (lock ? " FOR UPDATE" : ""),
            [.int(id)]
        )
        guard let person = try rows.first.map(Self.person) else { throw Refusal.notFound("person") }
        if let expected, expected != person.generation { throw Refusal.stale(person.generation) }
        return person
    }

    private static func person(_ row: PostgresRow) throws -> Person {
        Person(
            id: try row.int64(0),
            generation: try row.int64(1),
            name: try row.text(2),
            // The table allows no others; should it, they may read only.
            role: Role(rawValue: try row.text(3)) ?? .viewer,
            password: try row.textOrNil(4),
            isDisabled: try row.bool(5),
            createdAt: try row.int64(6),
            lastSeenAt: try row.int64OrNil(7)
        )
    }

    private static func differences(_ former: Person?, _ latter: Person?) -> [AuditChange] {
        AuditChange.differences(
            from: former.map(PersonDocument.bytes),
            to: latter.map(PersonDocument.bytes)
        )
    }
}
