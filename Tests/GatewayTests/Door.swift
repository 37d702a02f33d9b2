import Crypto
import HTTPServer
import JSON
import Postgres
import Redis
import Schema
import Service
import TestServers
import Testing

@testable import Gateway

/// The whole API over a database of its own, without a socket.
final class Door {
    static let adminKey = "an-admin-key-for-tests"

    let router: Router
    let api: API
    let credentials: Credentials
    let streams: CallerStreams
    let pool: PostgresPool
    let board: Board
    let brake = Brake()
    let secretKey: SecretKey
    let admin = Door.adminKey
    private let url: String
    private let recents: RecentsLoader
    private let availability: AvailabilityLoader

    init(_ variables: [String: String] = [:]) throws {
        let url = try variables["DATABASE_URL"] ?? PostgresServer.database()
        var environment = [
            "KAFKA_BROKERS": "127.0.0.1:1", "DATABASE_URL": url, "REDIS_URL": "redis://127.0.0.1:1",
            "APUS_SECRET_KEY": SecretKey().base64, "APUS_ADMIN_KEY": Door.adminKey,
            "VALID_USERNAME": "site-user", "VALID_PASSWORD": "site-password",
        ]
        environment.merge(variables) { $1 }
        environment = environment.filter { !$0.value.isEmpty }
        var reader = SettingsReader(environment: environment)
        let settings = GatewaySettings(reading: &reader)
        try #require(reader.problems.isEmpty)
        self.secretKey = settings.secretKey
        self.url = url
        self.pool = try PostgresPool(url, size: 4)
        try self.pool.withConnection { _ = try Schema.migrate($0) }
        self.credentials = Credentials(
            secretKey: settings.secretKey,
            adminKey: settings.adminKey,
            limits: settings.sessions
        )
        self.streams = CallerStreams(self.credentials)
        let log = Log(process: "test", level: .error)
        let board = Board()
        self.board = board
        self.recents = RecentsLoader(try RedisURL(settings.redis.revealed), into: board.recents, log: log)
        self.availability = AvailabilityLoader(settings.database.revealed, board: board, log: log)
        self.api = API(
            settings: settings,
            pool: self.pool,
            credentials: self.credentials,
            streams: self.streams,
            brake: self.brake,
            board: board,
            recents: self.recents,
            availability: self.availability,
            onChange: {},
            log: log
        )
        self.router = Router(self.api.routes)
    }

    /// Another gateway over the same database, with the same secret key.
    func neighbour(_ variables: [String: String] = [:]) throws -> Door {
        let shared = ["DATABASE_URL": self.url, "APUS_SECRET_KEY": self.secretKey.base64]
        return try Door(shared.merging(variables) { $1 })
    }

    deinit {
        self.recents.stop()
        self.availability.stop()
    }

    /// Sends a request with a key; its body, where it has one, is JSON.
    func send(_ method: HTTPMethod, _ target: String, key: String?, body: String = "") -> HTTPResponse {
        self.send(method, target, key.map { [("authorization", "Bearer \($0)")] } ?? [], body: body)
    }

    /// Sends a request with these header fields besides the content type.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        _ headers: [(name: String, value: String)],
        body: String = "",
        type: String = "application/json",
        from peer: String? = nil
    ) -> HTTPResponse {
        let type = body.isEmpty ? [] : [(name: "content-type", value: type)]
        return self.router.respond(
            to: HTTPRequest(
                method: method,
                target: target,
                headers: HTTPHeaders(type + headers),
                body: Array(body.utf8),
                peer: peer.flatMap(PeerAddress.init) ?? .local
            )
        )
    }

    /// A new key of this role.
    func makeKey(_ role: Role) throws -> String {
        let made = self.send(
            .post,
            "/api/v1/keys",
            key: self.admin,
            body: #"{"name":"\#(role)","role":"\#(role)"}"#
        )
        #expect(made.status == 201)
        return try #require(try made.document["key"]?.text)
    }

    /// A new person of this role; their id.
    func makePerson(_ role: Role) throws -> Int64 {
        let body = #"{"name":"\#(role)","role":"\#(role)"}"#
        return try #require(try self.send(.post, "/api/v1/people", key: self.admin, body: body).document["id"]?.number)
    }

    // MARK: Signing in

    /// A sign-in link's token for whom `key` belongs to, or for a person.
    func makeToken(key: String? = nil, person: Int64? = nil) throws -> String {
        let body = person.map { #"{"person":\#($0)}"# } ?? ""
        let made = self.send(.post, "/api/v1/sessions/tokens", key: key ?? self.admin, body: body)
        return try #require(try made.document["token"]?.text)
    }

    /// Sends what a sign-in page sends.
    func signIn(_ body: String, type: String = "application/json") -> HTTPResponse {
        self.send(.post, "/api/v1/sessions", [("sec-fetch-site", "same-origin")], body: body, type: type)
    }

    /// The cookie of a new session, as a header to send.
    func session(key: String? = nil, person: Int64? = nil) throws -> (name: String, value: String) {
        let token = try self.makeToken(key: key, person: person)
        return try #require(self.signIn(#"{"token":"\#(token)"}"#).cookie)
    }

    // MARK: The database

    func sql(_ text: String) throws {
        try self.pool.withConnection { _ = try $0.script(text) }
    }

    func count(_ table: String) throws -> Int64 {
        try self.pool.withConnection { try $0.query("SELECT count(*) FROM \(table)")[0].int64(0) }
    }
}

extension Author {
    /// Nobody in particular.
    static var test: Author { Author(HTTPRequest(method: .post, target: "/")) }
}

extension HTTPResponse {
    /// The content as text.
    var text: String { String(decoding: self.bytes, as: UTF8.self) }

    /// The value of a header field.
    func header(_ name: String) -> String? { self.headers.first { $0.name == name }?.value }

    /// The cookie that was set, as a browser sends it back.
    var cookie: (name: String, value: String)? {
        guard let value = self.header("Set-Cookie")?.split(separator: ";").first else { return nil }
        return ("cookie", String(value))
    }
}
