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
    let keys: APIKeys
    let pool: PostgresPool
    let admin = Door.adminKey
    private let recents: RecentsLoader
    private let availability: AvailabilityLoader

    init(_ variables: [String: String] = [:]) throws {
        let url = try PostgresServer.database()
        var environment = [
            "KAFKA_BROKERS": "127.0.0.1:1", "DATABASE_URL": url, "REDIS_URL": "redis://127.0.0.1:1",
            "APUS_SECRET_KEY": SecretKey().base64, "APUS_ADMIN_KEY": Door.adminKey,
        ]
        environment.merge(variables) { $1 }
        var reader = SettingsReader(environment: environment)
        let settings = GatewaySettings(reading: &reader)
        try #require(reader.problems.isEmpty)
        self.pool = try PostgresPool(url, size: 2)
        try self.pool.withConnection { _ = try Schema.migrate($0) }
        self.keys = APIKeys(secretKey: settings.secretKey, adminKey: settings.adminKey)
        let log = Log(process: "test", level: .error)
        let board = Board()
        self.recents = RecentsLoader(try RedisURL(settings.redis.revealed), into: board.recents, log: log)
        self.availability = AvailabilityLoader(settings.database.revealed, board: board, log: log)
        self.api = API(
            settings: settings,
            pool: self.pool,
            keys: self.keys,
            board: board,
            recents: self.recents,
            availability: self.availability,
            onChange: {},
            log: log
        )
        self.router = Router(self.api.routes)
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
        body: String = ""
    ) -> HTTPResponse {
        let type = [(name: "content-type", value: "application/json")]
        return self.router.respond(
            to: HTTPRequest(
                method: method,
                target: target,
                headers: HTTPHeaders(type + headers),
                body: Array(body.utf8)
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
}
