import Events
import HTTPServer
import JSON
import Postgres
import Service
import TestServers
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct BoardBooksTests {
    private let log = Log(process: "test", level: .error)

    @Test func `new monitors appear as new, deleted ones go`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let books = BoardBooks(fixture.url, board: fixture.board, log: self.log, period: 50)
        defer { books.stop() }
        #expect(eventually { fixture.board.isLoaded })
        #expect(fixture.board.ids == [1])
        try fixture.addMonitor(2)
        #expect(eventually { fixture.board.contains(2) })
        #expect(try fixture.get("/api/v1/monitors/2/status").document["name"]?.text == "M2")
        try fixture.sql("DELETE FROM monitors WHERE id = 1")
        #expect(eventually { !fixture.board.contains(1) })
        #expect(try fixture.get("/api/v1/status").document["stale"] == .boolean(true))
    }

    @Test func `without Redis the processor's books are shown`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        try fixture.addMonitor(2)
        let now = WallClock.millis
        var state = PartitionState(partition: 0, count: 1)
        var effects: [Effect] = []
        let monitor = Monitor(id: 1, name: "Shop", target: "x:1", check: .tcp(TCPCheckSettings()), createdAt: now)
        state.step(.change(.defined(monitor)), timestamp: now, &effects)
        let pulse = BoardFixture.pulse("eu", share: Partitioning.share(of: 1), age: 0, pinger: "e-1")
        state.step(.pulse(pulse), timestamp: now, &effects)
        let result = CheckResult(
            monitor: 1,
            region: "eu",
            slot: now,
            startedAt: now,
            outcome: .up,
            pinger: "e-1",
            generation: 1
        )
        state.step(.result(result), timestamp: now, &effects)
        try fixture.pool.withConnection { connection in
            for row in state.takeChangedRows() {
                switch row {
                case .monitor(let id, _, let value):
                    try connection.query(
                        "INSERT INTO processor_monitors VALUES ($1, 0, $2, '')",
                        [.int(id), PostgresValue(value)]
                    )
                case .share(let share, let value):
                    try connection.query(
                        "INSERT INTO processor_shares VALUES ($1, $2)",
                        [.int(Int64(share)), .bytes(value)]
                    )
                }
            }
            try connection.query("INSERT INTO processor_monitors VALUES (2, 0, 'garbage', '')")
            try connection.query(
                """
                INSERT INTO positions (projection, partition, generation, next_offset, partition_count)
                VALUES ('processor', 0, 1, 77, 8)
                """
            )
        }
        let books = BoardBooks(fixture.url, board: fixture.board, log: self.log, period: 50)
        defer { books.stop() }
        #expect(eventually { fixture.board.isLoaded })
        let status = try fixture.get("/api/v1/monitors/1/status").document
        #expect(status["state"]?.text == "up")
        #expect(status["regions"]?["eu"]?["outcome"]?.text == "up")
        #expect(fixture.board.contains(2))
    }
}
