import Crypto
import Events
import HTTPServer
import JSON
import Postgres
import Redis
import Schema
import Service
import TestServers

@testable import Gateway

/// A database with the schema, and the routes that read it.
final class ReadingFixture {
    let url: String
    let pool: PostgresPool
    let board = Board()
    let router: Router
    private let recents: RecentsLoader
    private let availability: AvailabilityLoader

    init(url: String? = nil) throws {
        self.url = try url ?? PostgresServer.database()
        self.pool = try PostgresPool(self.url, size: 4, timeout: .seconds(5))
        let log = Log(process: "test", level: .error)
        self.recents = RecentsLoader(try RedisURL("redis://127.0.0.1:1"), into: self.board.recents, log: log)
        self.availability = AvailabilityLoader(self.url, board: self.board, log: log)
        let reading = ReadingRoutes(
            board: self.board,
            search: BoardSearch(self.board),
            pool: self.pool,
            recents: self.recents,
            availability: self.availability,
            answers: Answers(log: log),
            key: SecretKey()
        )
        self.router = Router(reading.routes)
        if url == nil { try self.pool.withConnection { _ = try Schema.migrate($0) } }
    }

    deinit {
        self.recents.stop()
        self.availability.stop()
    }

    func sql(_ text: String) throws {
        try self.pool.withConnection { _ = try $0.script(text) }
    }

    func addMonitor(_ id: Int64) throws {
        let monitor = Monitor(
            id: id,
            name: "M\(id)",
            target: "x:1",
            check: .tcp(TCPCheckSettings()),
            createdAt: WallClock.millis
        )
        var definition: [UInt8] = []
        monitor.encode(into: &definition)
        let text = String(decoding: definition, as: UTF8.self)
        try self.pool.withConnection { connection in
            _ = try connection.query(
                "INSERT INTO monitors (id, generation, definition) VALUES ($1, 1, $2)",
                [.int(id), .text(text)]
            )
        }
    }

    /// Results at these slots, Unix ms; each took as many milliseconds as the slot has seconds in its minute.
    func addResults(_ slots: some Sequence<Int64>, region: String = "eu", outcome: String = "up") throws {
        let rows = slots.map { slot in
            """
            (1, to_timestamp(\(slot) / 1000.0), '\(region)', 0, to_timestamp((\(slot) + 4) / 1000.0), '\(outcome)',
            \(slot / 1_000 % 60 * 1_000), 'pinger-1', 1, false)
            """
        }
        guard !rows.isEmpty else { return }
        try self.sql(
            """
            INSERT INTO results (monitor, slot, region, attempt, started_at, outcome, total_us, pinger, generation, late)
            VALUES \(rows.joined(separator: ","))
            """
        )
    }

    func get(_ target: String) -> HTTPResponse { self.router.respond(to: HTTPRequest(method: .get, target: target)) }
    func post(_ target: String) -> HTTPResponse { self.router.respond(to: HTTPRequest(method: .post, target: target)) }

    /// Follows a list's cursors to its end; `between` is called after each page.
    func all(_ target: String, between: (Int) throws -> Void = { _ in }) throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        var pages = 0
        repeat {
            let page = try self.get(target + (cursor.map { "&cursor=\($0)" } ?? "")).document
            items += page["items"]?.items ?? []
            cursor = page["nextCursor"]?.text
            pages += 1
            try between(pages)
        } while cursor != nil && pages < 100
        return items
    }
}
