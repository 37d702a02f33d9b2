import Events
import HTTPServer
import JSON
import Service
import TestServers
import Testing

@testable import Gateway

@Suite struct RegionRoutesTests {
    @Test func `regions have the pingers and shares of their pulses, not those of long ago`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        fixture.board.mark(loaded: true, stale: false)
        fixture.board.replace(pulses: [
            BoardFixture.pulse("us", share: 1, age: 60_000, pinger: "u-1"),
            BoardFixture.pulse("eu", share: 1, age: 9_000, pinger: "e-2"),
            BoardFixture.pulse("eu", share: 2, age: 1_000, pinger: "e-1"),
            BoardFixture.pulse("eu", share: 3, age: 2_000, pinger: "e-1", canary: .blind),
            BoardFixture.pulse("push", share: 1, age: 0, pinger: "gateway"),
        ])
        let regions = try fixture.get("/api/v1/regions").document["items"]?.items ?? []
        #expect(regions.compactMap { $0["region"]?.text } == ["eu", "us"])
        #expect(regions[0]["shares"]?.number == 3)
        #expect(regions[0]["blindShares"]?.number == 1)
        #expect(regions[0]["pingers"]?.items.compactMap { $0["pinger"]?.text } == ["e-1", "e-2"])
        #expect(regions[0]["pingers"]?.items.first?["shares"]?.number == 2)
        #expect(regions[1]["watching"] == .boolean(false))
        #expect(regions[1]["pingers"]?.items.isEmpty == true)
    }

    @Test func `without Redis regions are as they were when it was still heard, and said to be stale`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        let board = fixture.board
        let now = WallClock.millis
        board.replace(pulses: [BoardFixture.pulse("eu", share: 1, age: 1_000, pinger: "e-1")], now: now)
        board.mark(loaded: true, stale: true)
        #expect(board.regions(now: now + 600_000).map(\.shares) == [1])
        let answer = fixture.get("/api/v1/regions")
        #expect(try answer.document["stale"] == .boolean(true) && answer.header("Apus-Stale") == "true")
        // Who hears nothing new although Redis is there, hears that nobody watches.
        board.mark(stale: false)
        #expect(board.regions(now: now + 600_000).map(\.shares) == [0])
        #expect(fixture.get("/api/v1/regions").header("Apus-Stale") == nil)
    }

    @Test func `pulses come from Redis`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        try fixture.write(BoardFixture.pulse("eu", share: 1, age: 0, pinger: "e-1"))
        try fixture.follow()
        #expect(eventually { fixture.board.regions().map(\.name) == ["eu"] })
        try fixture.write(BoardFixture.pulse("us", share: 1, age: 0, pinger: "u-1"))
        #expect(eventually { fixture.board.regions().map(\.name) == ["eu", "us"] })
    }
}
