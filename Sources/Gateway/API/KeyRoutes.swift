import Crypto
import HTTPServer
import JSON
import Postgres
import Service

/// `/api/v1/keys`: who may use the API; for admins.
struct KeyRoutes: Sendable {
    private let pool: PostgresPool
    private let credentials: Credentials
    private let answers: Answers
    private let cursor: Cursor

    /// Routes over the table of keys; `key` seals the cursors.
    init(_ pool: PostgresPool, credentials: Credentials, answers: Answers, key: SecretKey) {
        self.cursor = Cursor("keys", key: key)
        self.pool = pool
        self.credentials = credentials
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/keys", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(
                .post,
                "/api/v1/keys",
                execution: .worker,
                bodyLimit: 16 << 10,
                contentTypes: ["application/json"]
            ) { request in self.answers.answer(request) { try self.create(request) } },
            Route(.delete, "/api/v1/keys/{id}", execution: .worker) { request in
                self.answers.answer(request) { try self.remove(request) }
            },
        ]
    }

    private static let columns = """
        id, name, role, \(SQLTime.milliseconds("created_at")), \(SQLTime.milliseconds("expires_at")),
        \(SQLTime.milliseconds("last_used_at"))
        """

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) } ?? 0
        try query.finish()
        let rows = try self.pool.withConnection { connection in
            try connection.query(
                "SELECT \(Self.columns) FROM api_keys WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint",
                [.int(after), .int(Int64(limit) + 1)]
            )
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows.prefix(limit) { try self.write(row, key: nil, to: &writer) }
        writer.endArray()
        let last = rows.count > limit ? try rows[limit - 1].int64(0) : nil
        writer.member("nextCursor", last.map { self.cursor.encode([String($0)]) })
        writer.endObject()
        return .json(writer.bytes)
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let reader = JSONReader(try JSONParser.parse(request.body))
        let name = reader.required("name", .string(1...200)) ?? ""
        let roles = JSONRule<String>.oneOf(Role.allCases.map(\.rawValue))
        let role = reader.optional("role", roles, default: Role.editor.rawValue)
        let seconds = JSONRule<Int64>.seconds(milliseconds: 60_000...315_360_000_000)
        let lifetime = reader.optional("expiresIn", seconds)
        try reader.finish()
        let key = Credentials.makeKey()
        let row = try self.change { connection in
            let rows = try connection.query(
                """
                INSERT INTO api_keys (name, role, fingerprint, expires_at)
                VALUES ($1, $2, $3, \(SQLTime.moment("$4"))) RETURNING \(Self.columns)
                """,
                [
                    .text(name), .text(role), .bytes(self.credentials.fingerprint(ofKey: key)),
                    PostgresValue(lifetime.map { WallClock.millis + $0 }),
                ]
            )
            guard let row = rows.first else { throw Refusal.notFound("key") }
            var document = JSONWriter()
            try self.write(row, key: nil, to: &document)
            let changes = AuditChange.differences(from: nil, to: document.bytes)
            try Author(request).note("keys/\(try row.int64(0))", changes, connection)
            return row
        }
        // The key is stored and must be shown now or never; at the latest a second later it opens the door.
        try? self.credentials.refresh(self.pool)
        var writer = JSONWriter()
        try self.write(row, key: key, to: &writer)
        let headers = [("Location", "/api/v1/keys/\(try row.int64(0))"), ("Cache-Control", "no-store")]
        var response = HTTPResponse.json(writer.bytes, status: 201)
        response.headers += headers.map { (name: $0.0, value: $0.1) }
        return response
    }

    private func remove(_ request: HTTPRequest) throws -> HTTPResponse {
        let id = try request.id(of: "key")
        try self.change { connection in
            let rows = try connection.query("DELETE FROM api_keys WHERE id = $1::bigint RETURNING name", [.int(id)])
            guard let row = rows.first else { throw Refusal.notFound("key") }
            try Author(request).note("keys/\(id)", [.text("name", from: try row.text(0), to: nil)], connection)
        }
        try self.credentials.refresh(self.pool)
        return .noContent
    }

    private func change<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        try self.pool.withConnection { connection in try connection.withTransaction { try body($0) } }
    }

    private func write(_ row: PostgresRow, key: String?, to writer: inout JSONWriter) throws {
        writer.beginObject()
        writer.member("id", try row.int64(0))
        writer.member("name", try row.text(1))
        writer.member("role", try row.text(2))
        if let key { writer.member("key", key) }
        writer.member("createdAt", time: try row.int64(3))
        writer.member("expiresAt", time: try row.int64OrNil(4))
        writer.member("lastUsedAt", time: try row.int64OrNil(5))
        writer.endObject()
    }
}
