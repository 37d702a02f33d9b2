import Events
import Latest
import Postgres
import PrivateServers
import Redis
import Service

/// What the dashboard's list asks of the gateway, with 10,000 and with 100,000 monitors on its board: windows, sorts,
/// filters, and the sums beside them, over few connections and each at a steady pace.
///
/// The statuses lie in Redis as a processor writes them; nothing is checked meanwhile.
struct SearchBench: Bench {
    static let name = "search"
    private let rate = 40
    private let connections = 4
    private let seconds = 4

    /// What people look at.
    private static let paths = [
        "/api/v1/cards?limit=50", "/api/v1/cards?limit=50&offset=9000", "/api/v1/cards?limit=50&state=down",
        "/api/v1/cards?limit=50&sort=name", "/api/v1/cards?limit=50&sort=group",
        "/api/v1/cards?limit=50&sort=latency&order=desc", "/api/v1/cards?limit=50&sort=availability",
        "/api/v1/cards?limit=50&q=service-00471", "/api/v1/cards?limit=50&group=team-07&state=up",
        "/api/v1/status?limit=100", "/api/v1/status?limit=100&q=service-0047", "/api/v1/status?limit=100&tag=odd",
        "/api/v1/overview", "/api/v1/groups", "/api/v1/tags",
    ]

    func run(in folder: BenchFolder) throws {
        let installation = try Installation(in: folder, durability: .none)
        defer { installation.end() }
        let (_, api) = try installation.startGateway(["REQUESTS_PER_KEY": "60000000"])
        var made = 0
        for monitors in [10_000, 100_000] {
            Report.title("search: \(monitors) monitors on the board, \(self.rate) requests a second of each kind")
            try self.add(made + 1...monitors, installation)
            made = monitors
            try wait("the board to have them all", seconds: 120) {
                try api.get("/api/v1/overview").contains("\"monitors\":\(monitors),")
            }
            for path in Self.paths {
                let load = try Load(
                    port: api.port,
                    path: path,
                    connections: self.connections,
                    rate: self.rate,
                    seconds: self.seconds,
                    header: api.headers.first,
                    in: folder
                )
                let figures = [load.p50, load.p99].map { decimal($0 / 1_000, 2) }
                Report.figure(path, "p50 \(figures[0]) ms, p99 \(figures[1]) ms")
            }
        }
    }

    /// Writes monitors to both stores, and tells the board that it missed something.
    private func add(_ numbers: ClosedRange<Int>, _ installation: Installation) throws {
        let connection = try PostgresConnection(installation.postgres.url())
        _ = try connection.query(
            """
            INSERT INTO monitors (id, generation, definition)
            SELECT id, 1, '{}' FROM generate_series($1::bigint, $2::bigint) AS id
            """,
            [.int(Int64(numbers.lowerBound)), .int(Int64(numbers.upperBound))]
        )
        let redis = RedisConnection(try RedisURL(installation.redis.url()), timeout: .seconds(10))
        var commands: [[RedisArgument]] = []
        for number in numbers {
            let document = self.document(number)
            let key = RedisArgument(LatestKeys.status(document.monitor))
            commands.append(["SET", key, RedisArgument(document.encoded)])
            if commands.count == 1_000 {
                _ = try redis.pipeline(commands)
                commands = []
            }
        }
        _ = try redis.pipeline(commands)
        // A hole in the numbers of a writer: the board loads everything anew.
        for sequence in [Int64(numbers.lowerBound), Int64(numbers.lowerBound) + 2] {
            let message = UpdateMessage(writer: "bench", sequence: sequence, status: self.document(1), results: [])
            try redis.command("PUBLISH", RedisArgument(LatestKeys.updates), RedisArgument(message.encoded))
        }
    }

    private func document(_ number: Int) -> StatusDocument {
        let now = WallClock.millis
        let digits = String(number)
        return StatusDocument(
            point: LatestPoint(generation: 1, offset: Int64(number)),
            monitor: Int64(number),
            card: .init(
                name: "service-" + String(repeating: "0", count: 6 - digits.count) + digits,
                type: "http",
                target: "https://service-\(number).example.com/health",
                group: "team-\(number % 50 / 10)\(number % 10)",
                tags: [number % 2 == 0 ? "even" : "odd", "prod"],
                state: number % 200 == 0 ? .down : .up,
                since: now - Int64(number),
                regions: ["eu": .init(outcome: .up, latencyMs: Double(number * 7_919 % 1_000), slot: now)],
                asOf: now
            )
        )
    }
}
