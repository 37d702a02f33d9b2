import Crypto
import HTTPServer
import JSON
import Service

/// `/api/v1/people`: who may sign in.
///
/// Admins see and edit all; everybody else sees themselves and sets their own password.
struct PersonRoutes: Sendable {
    /// How long after signing in by a link a person may set a password without the old one, ms.
    private static let freshness: Int64 = 3_600_000

    private let store: PersonStore
    private let passwords: Passwords
    private let brake: Brake
    private let answers: Answers
    private let cursor: Cursor

    /// Routes over `store`; who guesses a present password is slowed down by `brake`, and `key` seals the cursors.
    init(_ store: PersonStore, passwords: Passwords, brake: Brake, answers: Answers, key: SecretKey) {
        self.store = store
        self.passwords = passwords
        self.brake = brake
        self.answers = answers
        self.cursor = Cursor("people", key: key)
    }

    /// The routes.
    var routes: [Route] {
        let json = ["application/json"]
        let patch = json + ["application/merge-patch+json"]
        return [
            Route(.get, "/api/v1/people", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.post, "/api/v1/people", execution: .worker, bodyLimit: 8 << 10, contentTypes: json) { request in
                self.answers.answer(request) { try self.create(request) }
            },
            Route(.get, "/api/v1/people/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    self.document(try self.store.find(try self.permittedID(request)))
                }
            },
            Route(.patch, "/api/v1/people/{id}", execution: .worker, bodyLimit: 8 << 10, contentTypes: patch) {
                request in
                self.answers.answer(request) { try self.edit(request) }
            },
            Route(.delete, "/api/v1/people/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    let id = try self.permittedID(request)
                    guard !Self.isSelf(id, request.caller) else { throw Self.needsAnother }
                    try self.store.remove(id, expected: try request.expectedGeneration(), by: Author(request))
                    return .noContent
                }
            },
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) } ?? 0
        try query.finish()
        var people = try self.store.page(after: after, limit: limit + 1)
        let hasMore = people.count > limit
        if hasMore { people.removeLast() }
        var writer = JSONWriter(capacity: 200 * people.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for person in people { PersonDocument.write(person, to: &writer) }
        writer.endArray()
        writer.member("nextCursor", hasMore ? people.last.map { self.cursor.encode([String($0.id)]) } : nil)
        writer.endObject()
        return .json(writer.bytes)
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let reader = JSONReader(try JSONParser.parse(request.body))
        let name = reader.required("name", PersonDocument.name) ?? ""
        let role = reader.optional("role", PersonDocument.role, default: .viewer)
        let password = reader.optional("password", PersonDocument.password)
        try reader.finish()
        let person = try self.store.add(
            name: name,
            role: role,
            password: try password.map { try self.passwords.hash($0) },
            by: Author(request)
        )
        var response = self.document(person, status: 201)
        response.headers.append(("Location", "/api/v1/people/\(person.id)"))
        return response
    }

    // MARK: Editing

    private func edit(_ request: HTTPRequest) throws -> HTTPResponse {
        let id = try self.permittedID(request)
        let caller = request.caller
        let reader = JSONReader(try JSONParser.parse(request.body))
        let name = reader.optional("name", PersonDocument.name)
        let role = reader.optional("role", PersonDocument.role)
        let isDisabled = reader.optional("isDisabled", .boolean)
        let password = reader.optional("password", .nullable(PersonDocument.password))
        let current = reader.optional("currentPassword", .string(1...Passwords.longest))
        try reader.finish()
        if !caller.isAdmin, name != nil || role != nil || isDisabled != nil || password == .some(nil) {
            throw Refusal(response: .problem(403, "Only admins change more than their own password."))
        }
        // Whoever is left at the end is an admin, or has a key of one.
        if Self.isSelf(id, caller), isDisabled == true || (role ?? .admin) < .admin && caller.isAdmin {
            throw Self.needsAnother
        }
        if password != nil, Self.isSelf(id, caller) { try self.check(current, of: id, request) }
        let hash = try password.map { try $0.map { try self.passwords.hash($0) } }
        let edited = try self.store.edit(
            id,
            expected: try request.expectedGeneration(),
            keeping: caller.session?.id,
            by: Author(request)
        ) { person in
            if let name { person.name = name }
            if let role { person.role = role }
            if let isDisabled { person.isDisabled = isDisabled }
            if let hash { person.password = hash }
        }
        return self.document(edited)
    }

    /// Who sets their own password must know the old one, unless they have none or just came by a one-time link.
    private func check(_ current: String?, of id: Int64, _ request: HTTPRequest) throws {
        if let session = request.caller.session, session.byToken,
            WallClock.millis - session.startedAt < Self.freshness
        {
            return
        }
        let person = try self.store.find(id)
        guard let known = person.password else { return }
        guard let current else {
            throw JSONFaults([JSONFault(pointer: "/currentPassword", detail: "Is required to set another one.")])
        }
        let tried: [Brake.Subject] = [.address(request.client.network), .name(person.name.lowercased())]
        if let wait = self.brake.begin(tried, now: MonotonicClock.millis) {
            throw Refusal(response: Brake.refusal(wait: wait))
        }
        let fits: Bool
        do {
            fits = try self.passwords.verify(current, against: known)
        } catch {
            self.brake.takeBack(tried)
            throw error
        }
        guard fits else {
            throw JSONFaults([JSONFault(pointer: "/currentPassword", detail: "Is not the present password.")])
        }
        self.brake.forgive(tried)
    }

    // MARK: Who may

    private static func isSelf(_ id: Int64, _ caller: Caller) -> Bool { caller.kind == .person && caller.id == id }

    private static var needsAnother: Refusal {
        Refusal(response: .problem(409, "Nobody takes their own rights away: another admin must do it."))
    }

    /// The id in the path, as far as the caller may know of it.
    ///
    /// - Throws: ``Refusal`` 404 for others.
    private func permittedID(_ request: HTTPRequest) throws(Refusal) -> Int64 {
        let id = try request.id(of: "person")
        guard request.caller.isAdmin || Self.isSelf(id, request.caller) else { throw Refusal.notFound("person") }
        return id
    }

    private func document(_ person: PersonStore.Person, status: Int = 200) -> HTTPResponse {
        .json(PersonDocument.bytes(person), status: status, headers: [("ETag", "\"\(person.generation)\"")])
    }
}
