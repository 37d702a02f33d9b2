import Crypto
import Glibc
import JSON
import Redis
import Service
import TestServers

@testable import Events
@testable import Gateway
@testable import HTTPServer
@testable import Latest

/// A Redis of its own with the words of a processor, and a board that follows it.
final class BoardFixture {
    let redis: RedisServer
    let board = Board()
    let key = SecretKey()
    let log = Log(process: "test", level: .error, format: .logfmt)
    let router: Router
    private(set) var updates: BoardUpdates?
    private var connection: RedisConnection
    private var sequence: Int64 = 0

    init() throws {
        self.redis = try RedisServer()
        self.connection = RedisConnection(try RedisURL(self.redis.url()), timeout: .seconds(5))
        let answers = Answers(log: self.log)
        self.router = Router(
            StatusRoutes(board: self.board, search: BoardSearch(self.board), answers: answers, key: self.key).routes
                + StreamRoutes(board: self.board, answers: answers).routes
                + RegionRoutes(board: self.board, answers: answers).routes
        )
    }

    /// Begins to follow; breaks off after `timeout` or `silence` without an answer.
    func follow(timeout: Duration = .milliseconds(500), silence: Duration = .milliseconds(200)) throws {
        let updates = BoardUpdates(
            try RedisURL(self.redis.url()),
            board: self.board,
            log: self.log,
            timeout: timeout,
            silence: silence
        )
        self.updates = updates
    }

    /// What cards show, from this Redis and a database.
    func cards(_ database: String) throws -> CardFixture { try CardFixture(self, database: database) }

    func stop() {
        self.updates?.stop()
        self.redis.stop()
    }

    /// Writes a status as a processor does, without telling.
    func write(_ document: StatusDocument) throws {
        try self.connection.command(
            "SET",
            RedisArgument(LatestKeys.status(document.monitor)),
            RedisArgument(document.encoded)
        )
    }

    /// Writes a status and tells; `skipping` numbers are lost on the way.
    func publish(_ document: StatusDocument, results: [RecentResult] = [], skipping: Int64 = 0) throws {
        try self.write(document)
        self.sequence += 1 + skipping
        let message = UpdateMessage(writer: "w", sequence: self.sequence, status: document, results: results)
        try self.connection.command("PUBLISH", RedisArgument(LatestKeys.updates), RedisArgument(message.encoded))
    }

    /// Writes a region's last pulse as a processor does.
    func write(_ pulse: Pulse) throws {
        let watch = RegionWatch(pulse)
        try self.connection.command(
            "HSET",
            RedisArgument(LatestKeys.regions),
            RedisArgument(watch.field),
            RedisArgument(watch.encoded)
        )
    }

    func command(_ arguments: RedisArgument...) throws {
        try self.connection.command(arguments)
    }

    func restartRedis() throws {
        try self.redis.restart()
        self.connection = RedisConnection(try RedisURL(self.redis.url()), timeout: .seconds(5))
    }

    func get(_ target: String) -> HTTPResponse { self.router.respond(to: HTTPRequest(method: .get, target: target)) }

    /// The member `state` that is served for a monitor; nil where none is.
    func state(_ id: Int64) throws -> String? {
        let response = self.get("/api/v1/monitors/\(id)/status")
        return response.status == 200 ? try response.document["state"]?.text : nil
    }

    /// A pulse of `age` ms ago.
    static func pulse(
        _ region: String,
        share: Int,
        age: Int64,
        pinger: String,
        canary: Pulse.Canary = .none
    ) -> Pulse {
        Pulse(
            region: region,
            share: share,
            time: WallClock.millis - age,
            canary: canary,
            load: 0.25,
            pinger: pinger
        )
    }

    /// The status of a monitor at an offset of the log.
    static func document(
        _ id: Int64,
        _ state: State,
        offset: Int64,
        unknownFrom: Int64? = nil,
        group: String? = nil
    ) -> StatusDocument {
        let slot: Int64 = 1_795_189_560_000
        return StatusDocument(
            point: LatestPoint(generation: 1, offset: offset),
            monitor: id,
            card: .init(
                name: "Monitor \(id)",
                type: "http",
                target: "https://example.com/\(id)",
                group: group,
                interval: 10_000,
                generation: 1,
                state: state,
                since: slot,
                regions: ["eu": .init(outcome: .up, latencyMs: 12.345, slot: slot)],
                asOf: slot,
                unknownFrom: unknownFrom
            )
        )
    }
}

extension HTTPResponse {
    /// The bytes of an answer that has some.
    var bytes: [UInt8] {
        switch self.body {
        case .bytes(let bytes): bytes
        case .shared(let shared): shared.bytes
        default: []
        }
    }

    /// The answer as JSON.
    var document: JSON.JSONValue {
        get throws { try JSONParser.parse(self.bytes) }
    }

    /// The pointers of a problem's errors.
    var pointers: [String] {
        get throws { try self.document["errors"]?.items.compactMap { $0["pointer"]?.text } ?? [] }
    }
}

extension JSON.JSONValue {
    subscript(name: String) -> JSON.JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Int64? { if case .integer(let number) = self { number } else { nil } }
    var real: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }
    var items: [JSON.JSONValue] { if case .array(let items) = self { items } else { [] } }
}

/// One event as a client hears it.
struct HeardEvent: Equatable {
    var id: String?
    var name: String
    var data: JSON.JSONValue?
}

extension EventStream {
    /// Takes out what was sent since the last call.
    func heard() throws -> [HeardEvent] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let step = unsafe buffer.withUnsafeMutableBytes { unsafe self.read(into: $0, rest: {}) }
            guard case .wrote(let count) = step else { break }
            all += buffer[..<count]
        }
        var events: [HeardEvent] = []
        for part in String(decoding: all, as: UTF8.self).split(separator: "\n\n") {
            var event = HeardEvent(name: "message")
            for line in part.split(separator: "\n") {
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.data = try JSONParser.parse(Array(line.dropFirst(6).utf8)) }
            }
            events.append(event)
        }
        return events
    }
}
