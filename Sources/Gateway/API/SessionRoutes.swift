import Crypto
import HTTPServer
import JSON
import Postgres
import Service

/// `/api/v1/sessions`: signing in and out, and the links that sign in once.
struct SessionRoutes: Sendable {
    private let pool: PostgresPool
    private let signIn: SignIn
    private let store: SessionStore
    private let credentials: Credentials
    private let cookie: SessionCookie
    private let publicURL: @Sendable (HTTPRequest) -> String
    private let answers: Answers
    private let cursor: Cursor

    /// Routes over `store`; sign-in links begin with what `publicURL` says, and `key` seals the cursors.
    init(
        _ pool: PostgresPool,
        signIn: SignIn,
        store: SessionStore,
        credentials: Credentials,
        cookie: SessionCookie,
        publicURL: @escaping @Sendable (HTTPRequest) -> String,
        answers: Answers,
        key: SecretKey
    ) {
        self.pool = pool
        self.signIn = signIn
        self.store = store
        self.credentials = credentials
        self.cookie = cookie
        self.publicURL = publicURL
        self.answers = answers
        self.cursor = Cursor("sessions", key: key)
    }

    /// The routes.
    var routes: [Route] {
        let json = ["application/json"]
        return [
            Route(.post, "/api/v1/sessions", execution: .worker, bodyLimit: 8 << 10, contentTypes: json) { request in
                self.answers.answer(request) { try self.create(request) }
            },
            Route(.get, "/api/v1/sessions", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.post, "/api/v1/sessions/tokens", execution: .worker, bodyLimit: 1_024, contentTypes: json) {
                request in
                self.answers.answer(request) { try self.makeToken(request) }
            },
            // From memory: a page can begin while the database is away.
            Route(.get, "/api/v1/sessions/current") { request in
                self.answers.answer(request) {
                    try QueryReader(request).finish()
                    return self.document(request.caller)
                }
            },
            Route(.delete, "/api/v1/sessions/current", execution: .worker) { request in
                self.answers.answer(request) {
                    guard let session = request.caller.session else { throw Refusal.notFound("session") }
                    return try self.end(session.id, request)
                }
            },
            Route(.delete, "/api/v1/sessions/{id}", execution: .worker) { request in
                self.answers.answer(request) { try self.end(try request.id(of: "session"), request) }
            },
        ]
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let reader = JSONReader(try JSONParser.parse(request.body))
        let name = reader.optional("name", .string(1...200))
        let password = reader.optional("password", .string(1...Passwords.longest))
        let token = reader.optional("token", .string(1...200))
        let isByToken = reader.contains("token")
        for part in ["name", "password"] where reader.contains(part) == isByToken {
            reader.fault(part, isByToken ? "Must not be given beside token." : "Is required, unless there is a token.")
        }
        try reader.finish()
        let cookie =
            if let token {
                try self.signIn.withToken(token, request)
            } else {
                try self.signIn.withPassword(name: name ?? "", password: password ?? "", request)
            }
        // It is stored and good; should this fail, it opens the door at the latest a second later.
        try? self.credentials.refresh(self.pool)
        let caller = self.credentials.caller(ofCookie: cookie, now: WallClock.millis) ?? .anonymous
        var response = self.document(caller, status: 201)
        if let session = caller.session { response.headers.append(("Location", "/api/v1/sessions/\(session.id)")) }
        response.headers.append(self.cookie.setting(cookie, for: request))
        return response
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) } ?? 0
        let all = query.value("all", "Must be true or false.") { $0 == "true" ? true : $0 == "false" ? false : nil }
        try query.finish()
        if all == true, !request.caller.isAdmin {
            throw Refusal(response: .problem(403, "Only admins see the sessions of others."))
        }
        let owner = all == true ? nil : self.store.owner(request.caller)
        var rows = try self.store.page(owner, after: after, limit: limit + 1)
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        var writer = JSONWriter(capacity: 320 * rows.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for row in rows {
            SessionDocument.write(row, isCurrent: row.session.id == request.caller.session?.id, to: &writer)
        }
        writer.endArray()
        let last = hasMore ? rows.last : nil
        writer.member("nextCursor", last.map { self.cursor.encode([String($0.session.id)]) })
        writer.endObject()
        return .json(writer.bytes)
    }

    private func end(_ id: Int64, _ request: HTTPRequest) throws -> HTTPResponse {
        let owner = request.caller.isAdmin ? nil : self.store.owner(request.caller)
        try self.store.end(id, of: owner, by: Author(request))
        var response = HTTPResponse.noContent
        if id == request.caller.session?.id { response.headers.append(self.cookie.removing(for: request)) }
        return response
    }

    private func makeToken(_ request: HTTPRequest) throws -> HTTPResponse {
        let reader = JSONReader(request.body.isEmpty ? .object(JSONObject()) : try JSONParser.parse(request.body))
        let person = reader.optional("person", .nullable(.integer(1...Int64.max))) ?? nil
        try reader.finish()
        guard let owner = person.map(SessionStore.Owner.person) ?? self.store.owner(request.caller) else {
            throw Refusal(response: .problem(403, "Only people and keys can be signed in."))
        }
        let made = try self.pool.withConnection { connection in
            try connection.withTransaction { connection in
                if let person { try Self.require(person, connection) }
                let made = try self.store.makeToken(for: owner, connection)
                let subject = person.map { "people/\($0)" } ?? "sessions"
                try Author(request).note(subject, [.secret("token")], connection)
                return made
            }
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("token", made.token)
        // Behind the #, which browsers keep to themselves: no proxy and no log sees it.
        writer.member("url", "\(self.publicURL(request))/sign-in#token=\(made.token)")
        writer.member("expiresAt", time: made.expiresAt)
        writer.endObject()
        return .json(writer.bytes, status: 201, headers: [("Cache-Control", "no-store")])
    }

    private static func require(_ person: Int64, _ connection: PostgresConnection) throws {
        let rows = try connection.query("SELECT is_disabled FROM people WHERE id = $1::bigint", [.int(person)])
        guard let row = rows.first else {
            throw JSONFaults([JSONFault(pointer: "/person", detail: "There is no person \(person).")])
        }
        guard try !row.bool(0) else {
            throw Refusal(response: .problem(409, "This person is disabled: enable them first."))
        }
    }

    private func document(_ caller: Caller, status: Int = 200) -> HTTPResponse {
        var writer = JSONWriter()
        SessionDocument.write(caller, now: WallClock.millis, to: &writer)
        return .json(writer.bytes, status: status, headers: [("Cache-Control", "no-store")])
    }
}
