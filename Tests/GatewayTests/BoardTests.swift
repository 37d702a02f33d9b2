import HTTPServer
import JSON
import Latest
import Redis
import Service
import TestServers
import Testing

@testable import Events
@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct BoardTests {
    @Test func `the board loads what Redis holds and follows what changes`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        #expect(fixture.get("/api/v1/status").status == 503)
        for id in 1...2_500 { try fixture.write(BoardFixture.document(Int64(id), .up, offset: Int64(id))) }
        try fixture.command("SET", "apus:status:9999", "garbage")
        try fixture.follow()
        #expect(eventually { fixture.board.isLoaded })
        #expect(fixture.board.ids == Array(1...2_500))
        #expect(fixture.updates?.counters.unreadable == 1)

        try fixture.publish(BoardFixture.document(7, .down, offset: 3_000))
        #expect(try eventually { try fixture.state(7) == "down" })
        // An older status never wins.
        try fixture.publish(BoardFixture.document(7, .up, offset: 2_999))
        try fixture.publish(BoardFixture.document(8, .down, offset: 3_001))
        #expect(try eventually { try fixture.state(8) == "down" })
        #expect(try fixture.state(7) == "down")

        let status = try fixture.get("/api/v1/monitors/7/status").document
        #expect(status["monitor"]?.number == 7)
        #expect(status["since"]?.text == "2026-11-20T15:46:00.000Z")
        #expect(status["interval"]?.number == 10)
        #expect(status["regions"]?["eu"]?["latencyMs"]?.real == 12.345)
        #expect(fixture.get("/api/v1/monitors/77777/status").status == 404)
        #expect(fixture.get("/api/v1/monitors/x/status").status == 404)
    }

    @Test func `results that come again after a start of the processor are no checks of this minute`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        try fixture.follow()
        #expect(eventually { fixture.board.isLoaded })
        let now = WallClock.millis
        let results = (0..<60).map { RecentResult(region: "eu", slot: now - $0 * 30_000, outcome: .up) }
        try fixture.publish(BoardFixture.document(1, .up, offset: 1), results: results)
        #expect(eventually { fixture.board.contains(1) })
        #expect(fixture.board.rate.perSecond(now: MonotonicClock.millis + 50_000) * 60 < 4)
    }

    @Test func `a tombstone takes a monitor off, a hole in the numbers loads anew`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        try fixture.write(BoardFixture.document(1, .up, offset: 1))
        try fixture.follow()
        #expect(eventually { fixture.board.isLoaded })
        try fixture.publish(BoardFixture.document(2, .up, offset: 2))
        #expect(eventually { fixture.board.contains(2) })
        var tombstone = BoardFixture.document(1, .up, offset: 3)
        tombstone.card = nil
        try fixture.publish(tombstone)
        #expect(eventually { !fixture.board.contains(1) })

        try fixture.write(BoardFixture.document(3, .down, offset: 4))
        try fixture.publish(BoardFixture.document(2, .up, offset: 5))
        #expect(fixture.updates?.counters.gaps == 0)
        try fixture.publish(BoardFixture.document(2, .up, offset: 6), skipping: 1)
        #expect(eventually { fixture.board.contains(3) })
        #expect(fixture.updates?.counters.gaps == 1)
    }

    @Test func `the board goes on from memory without Redis and heals by itself`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        try fixture.write(BoardFixture.document(1, .up, offset: 1))
        try fixture.follow()
        #expect(eventually { !fixture.board.isStale })
        let fresh = fixture.get("/api/v1/monitors/1/status")
        #expect(!fresh.headers.contains { $0.name == "Apus-Stale" })

        fixture.redis.freeze()
        #expect(eventually { fixture.board.isStale })
        let stale = fixture.get("/api/v1/monitors/1/status")
        #expect(stale.status == 200)
        #expect(stale.headers.contains { $0.name == "Apus-Stale" && $0.value == "true" })
        #expect(try fixture.get("/api/v1/status").document["stale"] == .boolean(true))
        fixture.redis.thaw()
        #expect(eventually { !fixture.board.isStale })

        fixture.redis.kill()
        #expect(eventually { fixture.board.isStale })
        try fixture.restartRedis()
        #expect(eventually { !fixture.board.isStale })
        // Redis has forgotten everything; the board has not.
        #expect(try fixture.state(1) == "up")
        try fixture.publish(BoardFixture.document(1, .down, offset: 2))
        #expect(try eventually { try fixture.state(1) == "down" })
    }

    @Test func `many that grow old at once are all swept, and told once, the earliest first`() throws {
        let board = Board()
        let limit: Int64 = 2_000_000_000_000
        let entries = try (1...900 as ClosedRange<Int64>).map { id in
            // A third at one moment, the others spread over some seconds; every tenth one is good for longer.
            let from = id % 10 == 0 ? limit + 3_600_000 : id % 3 == 0 ? limit : limit + id * 10
            return try #require(
                StatusRendering.entry(BoardFixture.document(id, .up, offset: 1, unknownFrom: from))
            )
        }
        board.apply(entries, now: limit - 1)
        let stream = board.live.subscribe(monitors: [], lastEventID: nil)
        _ = try stream.heard()
        board.sweep(now: limit + 20_000)
        let told = try stream.heard().compactMap { $0.data?["monitor"]?.number }
        #expect(told.count == 810 && Set(told).count == 810 && !told.contains { $0 % 10 == 0 })
        #expect(told.firstIndex { $0 % 3 != 0 } == 270, "the earliest first")
        #expect(board.index(now: limit + 20_000).byBadness.map(\.count).max() == 810)
        board.sweep(now: limit + 20_000)
        #expect(try stream.heard().isEmpty)
        board.sweep(now: limit + 3_600_000)
        #expect(try stream.heard().count == 90)
    }

    @Test func `a status is unknown from its limit on, with Redis and without`() throws {
        let board = Board()
        let entry = try #require(
            StatusRendering.entry(BoardFixture.document(5, .up, offset: 1, unknownFrom: 2_000_000_000_000))
        )
        board.apply([entry])
        let stream = board.live.subscribe(monitors: [], lastEventID: nil)
        _ = try stream.heard()
        let before: Int64 = 1_999_999_999_999
        let after: Int64 = 2_000_000_000_000
        #expect(try self.state(board.status(of: 5, now: before)?.entry.body) == "up")
        #expect(try self.state(board.status(of: 5, now: after)?.entry.body) == "unknown")
        #expect(board.page(BoardQuery(limit: 10, state: .up), as: "up", now: after).entries.isEmpty)
        #expect(
            try self.state(board.page(BoardQuery(limit: 10), as: "all", now: after).entries.first?.body) == "unknown"
        )

        board.sweep(now: before)
        #expect(try stream.heard().isEmpty)
        board.sweep(now: after + 2_000)
        #expect(board.page(BoardQuery(limit: 10, state: .unknown), as: "unknown", now: before).entries.count == 1)
        let heard = try stream.heard()
        #expect(heard.count == 1)
        #expect(heard.first?.data?["since"]?.text == "2033-05-18T03:33:20.000Z")
        // Read anew from Redis, it is as old as before, and nobody is told twice.
        board.apply([entry], now: after + 3_000)
        #expect(try stream.heard().isEmpty)
        let newer = BoardFixture.document(5, .up, offset: 2, unknownFrom: after + 90_000)
        board.apply([try #require(StatusRendering.entry(newer))], now: after + 4_000)
        #expect(try stream.heard().first?.data?["state"]?.text == "up")
        board.sweep(now: after + 92_000)
        #expect(try stream.heard().first?.data?["state"]?.text == "unknown")
    }

    @Test func `a monitor of which only the definition is known is new`() throws {
        let board = Board()
        let stream = board.live.subscribe(monitors: [], lastEventID: nil)
        let definition = Monitor(id: 3, name: "A", target: "x:1", check: .tcp(TCPCheckSettings()), createdAt: 1_000)
        board.introduce(definition)
        #expect(try self.state(board.status(of: 3, now: 2_000)?.entry.body) == "new")
        #expect(try self.state(board.status(of: 3, now: 1_000 + definition.limit)?.entry.body) == "unknown")
        board.apply([try #require(StatusRendering.entry(BoardFixture.document(3, .up, offset: 0)))])
        board.introduce(definition)
        #expect(try self.state(board.status(of: 3, now: 2_000)?.entry.body) == "up")
        #expect(try stream.heard().map(\.name) == ["ready", "status"])
    }

    private func state(_ body: SharedBytes?) throws -> String? {
        try HTTPResponse.json(try #require(body)).document["state"]?.text
    }
}
