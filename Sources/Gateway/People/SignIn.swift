import HTTPServer
import Postgres
import Service

/// Signs people in by password or one-time token.
struct SignIn: Sendable {
    private let pool: PostgresPool
    private let sessions: SessionStore
    private let passwords: Passwords
    private let brake: Brake
    private let log: Log

    /// Opens sessions in `sessions`; who guesses is slowed down by `brake`.
    init(_ pool: PostgresPool, sessions: SessionStore, passwords: Passwords, brake: Brake, log: Log) {
        self.pool = pool
        self.sessions = sessions
        self.passwords = passwords
        self.brake = brake
        self.log = log
    }

    /// Opens a session for who has this name and password, and returns its cookie.
    ///
    /// Nobody learns whether a name exists: the answer and the work are the same.
    /// - Throws: ``Refusal`` 401, 429 and, when too many are at it, 503; `PostgresError`.
    func withPassword(name: String, password: String, _ request: HTTPRequest) throws -> String {
        let tried: [Brake.Subject] = [.address(request.client.network), .name(name.lowercased())]
        try self.begin(tried)
        let person = try self.countingOnlyGuesses(tried) {
            let person = try self.find("lower(name) = lower($1)", .text(name))
            guard try self.passwords.verify(password, against: person?.password) else { return Person?.none }
            return person
        }
        guard let person, !person.isDisabled else {
            self.warn(tried, request)
            throw Refusal(response: .problem(401, "The name or the password is wrong."))
        }
        self.brake.forgive(tried)
        return try self.transaction { connection in
            try self.open(.person(person.id), person.caller, byToken: false, request, connection)
        }
    }

    /// Opens a session for the owner of a one-time token, and returns its cookie.
    ///
    /// - Throws: ``Refusal`` 401 and 429; `PostgresError`.
    func withToken(_ token: String, _ request: HTTPRequest) throws -> String {
        let tried: [Brake.Subject] = [.address(request.client.network)]
        try self.begin(tried)
        let cookie = try self.countingOnlyGuesses(tried) {
            try self.transaction { connection -> String? in
                guard let owner = try self.sessions.redeem(token, connection) else { return nil }
                guard let caller = try self.caller(owner, connection) else { return nil }
                return try self.open(owner, caller, byToken: true, request, connection)
            }
        }
        guard let cookie else {
            self.warn(tried, request)
            throw Refusal(response: .problem(401, "This sign-in link was used already or has run out; get a new one."))
        }
        self.brake.forgive(tried)
        return cookie
    }

    // MARK: Guesses

    private func begin(_ tried: [Brake.Subject]) throws(Refusal) {
        guard let wait = self.brake.begin(tried, now: MonotonicClock.millis) else { return }
        throw Refusal(response: Brake.refusal(wait: wait))
    }

    /// Says that somebody guesses; once for each try that counted, so that the waits bound the lines, too.
    private func warn(_ tried: [Brake.Subject], _ request: HTTPRequest) {
        let now = MonotonicClock.millis
        guard let wait = tried.compactMap({ self.brake.wait($0, now: now) }).max() else { return }
        self.log.warning("somebody guesses", ["address": "\(request.client)", "wait": wait])
    }

    /// A try that could not be judged, since a database or a desk was not to be had, is none.
    private func countingOnlyGuesses<R>(_ tried: [Brake.Subject], _ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch {
            self.brake.takeBack(tried)
            throw error
        }
    }

    // MARK: The tables

    private struct Person {
        let id: Int64
        let name: String
        let role: Role
        let password: String?
        let isDisabled: Bool

        var caller: Caller { Caller(.person, id: self.id, name: self.name, role: self.role) }
    }

    private func transaction<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        try self.pool.withConnection { connection in try connection.withTransaction { try body($0) } }
    }

    private func find(_ condition: String, _ value: PostgresValue) throws -> Person? {
        try self.pool.withConnection { try self.find(condition, value, $0) }
    }

    private func find(_ condition: String, _ value: PostgresValue, _ connection: PostgresConnection) throws -> Person? {
        let rows = try connection.query(
            "SELECT id, name, role, password, is_disabled FROM people WHERE \(condition)",
            [value]
        )
        guard let row = rows.first else { return nil }
        return Person(
            id: try row.int64(0),
            name: try row.text(1),
            role: Role(rawValue: try row.text(2)) ?? .viewer,
            password: try row.textOrNil(3),
            isDisabled: try row.bool(4)
        )
    }

    /// Who an owner is; `nil`: nobody who may come in.
    private func caller(_ owner: SessionStore.Owner, _ connection: PostgresConnection) throws -> Caller? {
        switch owner {
        case .person(let id):
            let person = try self.find("id = $1::bigint", .int(id), connection)
            return person?.isDisabled == false ? person?.caller : nil
        case .key(let id):
            let rows = try connection.query(
                "SELECT name FROM api_keys WHERE id = $1::bigint AND coalesce(expires_at > now(), true)",
                [.int(id)]
            )
            return try rows.first.map { Caller(.key, id: id, name: try $0.text(0), role: nil) }
        case .adminKey: return .adminKey
        }
    }

    private func open(
        _ owner: SessionStore.Owner,
        _ caller: Caller,
        byToken: Bool,
        _ request: HTTPRequest,
        _ connection: PostgresConnection
    ) throws -> String {
        let opened = try self.sessions.open(
            owner,
            byToken: byToken,
            address: request.client.description,
            agent: request.header("user-agent") ?? "",
            replacing: request.caller.session?.id,
            connection
        )
        if case .person(let id) = owner {
            try connection.query("UPDATE people SET last_seen_at = now() WHERE id = $1::bigint", [.int(id)])
        }
        try Author(request, as: caller).note("sessions/\(opened.id)", [], connection)
        return opened.cookie
    }
}
