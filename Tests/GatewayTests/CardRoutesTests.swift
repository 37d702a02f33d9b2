import HTTPServer
import JSON
import Latest
import Postgres
import Redis
import Schema
import Service
import TestServers
import Testing

@testable import Events
@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct CardRoutesTests {
    private func migrate(_ url: String) throws {
        _ = try Schema.migrate(try PostgresConnection(url))
    }

    private func result(_ slot: Int64, _ outcome: Outcome = .up, region: String = "eu") -> RecentResult {
        RecentResult(region: region, slot: slot, outcome: outcome, latencyMs: 12.5)
    }

    private func push(_ fixture: BoardFixture, _ id: Int64, _ result: RecentResult) throws {
        try fixture.command("LPUSH", RedisArgument(LatestKeys.recent(id)), RedisArgument(result.encoded))
    }

    private func card(_ cards: CardFixture, _ id: Int64) throws -> JSON.JSONValue? {
        try cards.get("cards").document["items"]?.items.first { $0["monitor"]?.number == id }
    }

    @Test func `a card tells what the list shows`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        let database = try PostgresServer.database()
        try self.migrate(database)
        let now = WallClock.millis
        var document = BoardFixture.document(1, .up, offset: 1, group: "web")
        document.card?.tags = ["a"]
        document.card?.degradedAfter = 750
        document.card?.regions["us"] = .init(
            outcome: .up,
            latencyMs: 30,
            slot: now,
            certificateExpiresAt: 1_798_761_600_000
        )
        try fixture.write(document)
        for slot in [1_000, 2_000, 3_000] as [Int64] { try self.push(fixture, 1, self.result(slot)) }
        let connection = try PostgresConnection(database)
        try connection.script(
            """
            INSERT INTO spans VALUES (1, '', now() - interval '2 days', 'up'),
                (1, '', now() - interval '12 hours', 'down'), (1, '', now() - interval '6 hours', 'up'),
                (1, 'eu', now() - interval '30 minutes', 'up'), (1, 'us', now() - interval '3 hours', 'unknown');
            INSERT INTO channels (generation, name, type, is_default, enabled, definition)
            VALUES (1, 'off', 'webhook', true, false, '{}');
            """
        )
        try fixture.follow()
        let books = BoardBooks(database, board: fixture.board, log: fixture.log, period: 50)
        defer { books.stop() }
        let cards = try fixture.cards(database)
        // The books don't list the monitor: it is shown while Redis has it, until they are read.
        try connection.script("INSERT INTO monitors (id, generation, definition) VALUES (1, 1, '{}')")
        #expect(eventually { fixture.board.contains(1) && !fixture.board.isStale })
        #expect(try eventually { try self.card(cards, 1)?["recent"] != .null })
        #expect(try eventually { try self.card(cards, 1)?["availability"] != .null })

        let card = try #require(try self.card(cards, 1))
        #expect(card["name"]?.text == "Monitor 1")
        #expect(card["degradedAfter"]?.real == 0.75)
        #expect(card["certificateExpiresAt"]?.text == "2027-01-01T00:00:00.000Z")
        #expect(card["channels"] == .boolean(false))
        let bars = card["recent"]?.items.map(\.items) ?? []
        #expect(bars.map { $0[3].number } == [1_000, 2_000, 3_000])
        #expect(bars.first?[0].text == "up" && bars.first?[1].real == 12.5 && bars.first?[2].text == "eu")
        let figures = try #require(card["availability"])
        #expect(figures["1h"]?["value"]?.real == 1)
        #expect(abs(try #require(figures["24h"]?["value"]?.real) - 0.75) < 0.001)
        #expect(abs(try #require(figures["30d"]?["value"]?.real) - 42.0 / 48) < 0.001)
        #expect(figures["regions"]?["eu"]?["coverage"]?.real == 1)
        #expect(figures["regions"]?["us"]?["value"] == .null)
        #expect(figures["regions"]?["us"]?["coverage"]?.real == 0)
        #expect(figures["stale"] == .boolean(false))

        try connection.script("UPDATE channels SET enabled = true")
        #expect(try eventually { try self.card(cards, 1)?["channels"] == .boolean(true) })
        // What comes is added to what was loaded, once.
        let news = [self.result(3_000), self.result(4_000)]
        try fixture.publish(BoardFixture.document(1, .up, offset: 2), results: news)
        #expect(
            try eventually {
                try self.card(cards, 1)?["recent"]?.items.map { $0.items[3].number } == [1_000, 2_000, 3_000, 4_000]
            }
        )
        let overview = try cards.get("overview").document
        #expect(overview["counts"]?["up"]?.number == 1)
        #expect(overview["monitors"]?.number == 1)
    }

    @Test func `cards go on from memory without Redis, and heal`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        let cards = try fixture.cards("postgresql://127.0.0.1:1/none")
        #expect(cards.get("cards").status == 503)
        for id in [1, 2] as [Int64] {
            try fixture.write(BoardFixture.document(id, .up, offset: id))
            try self.push(fixture, id, self.result(id))
        }
        try fixture.follow()
        #expect(eventually { !fixture.board.isStale })
        #expect(try eventually { try self.card(cards, 1)?["recent"]?.items.count == 1 })

        fixture.redis.freeze()
        #expect(eventually { fixture.board.isStale })
        let document = try cards.get("cards").document
        #expect(document["stale"] == .boolean(true))
        #expect(document["items"]?.items.count == 2)
        #expect(try self.card(cards, 1)?["recent"]?.items.count == 1)
        #expect(try self.card(cards, 1)?["availability"] == .null)
        #expect(try cards.get("overview").document["checksPerSecond"] == .null)
        fixture.redis.thaw()
        #expect(eventually { !fixture.board.isStale })
        try self.push(fixture, 1, self.result(5))
        try fixture.publish(BoardFixture.document(1, .up, offset: 9), results: [self.result(5)])
        #expect(try eventually { try self.card(cards, 1)?["recent"]?.items.last?.items[3].number == 5 })
    }

    @Test func `cards do not wait for a frozen PostgreSQL, and show availability as old`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        let server = try PostgresServer()
        defer { server.stop() }
        let database = try server.database()
        try self.migrate(database)
        try PostgresConnection(database).script(
            "INSERT INTO spans VALUES (1, '', now() - interval '2 days', 'up')"
        )
        for id in [1, 2] as [Int64] {
            fixture.board.apply([try #require(StatusRendering.entry(BoardFixture.document(id, .up, offset: 1)))])
        }
        fixture.board.mark(loaded: true, stale: false)
        let availability = AvailabilityLoader(database, board: fixture.board, log: fixture.log, timeout: .seconds(1))
        defer { availability.stop() }
        let now = WallClock.millis
        #expect(eventually { availability.of([1], now: now)[1] != nil })

        server.freeze()
        defer { server.thaw() }
        // To sort a list nothing is waited for that is known, however old it is.
        let waits = (0..<3).map { _ in
            let began = MonotonicClock.millis
            #expect(availability.days(of: [1], now: now + 200_000) == [1: 1])
            return MonotonicClock.millis - began
        }
        #expect(waits.min() ?? 0 < 100, "\(waits)")
        let began = MonotonicClock.millis
        #expect(availability.of([2], now: now)[2] == nil)
        let later = now + 120_000
        let old = try #require(availability.of([1], now: later)[1])
        #expect(old.hour.value == 1 && old.isStale(later))
        // Two patiences of 100 ms, and no deadline of PostgreSQL's.
        #expect(MonotonicClock.millis - began < 900)
        #expect(eventually { availability.isAway })
        let away = MonotonicClock.millis
        #expect(availability.of([1], now: later)[1] != nil)
        #expect(MonotonicClock.millis - away < 90)
        server.thaw()
        #expect(eventually { availability.of([2], now: now)[2] != nil })
    }

    @Test func `every fault of the query is named`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        fixture.board.mark(loaded: true, stale: false)
        let cards = try fixture.cards("postgresql://127.0.0.1:1/none")
        let long = String(repeating: "x", count: 201)
        let bad = cards.get("cards?q=\(long)&state=green&sort=size&order=up&offset=-1&limit=1001&page=2")
        #expect(bad.status == 400)
        #expect(
            try Set(bad.pointers) == ["#/q", "#/state", "#/sort", "#/order", "#/offset", "#/limit", "#/page"]
        )
        for path in ["overview?a=1", "groups?limit=1", "tags?sort=id"] { #expect(cards.get(path).status == 400) }
        #expect(try cards.get("cards?offset=1000000").document["total"]?.number == 0)
    }

    @Test func `groups and tags are summed up`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        let labels: [(Int64, State, String?, [String])] = [
            (1, .up, "web", ["a", "b"]), (2, .down, "web", ["a"]), (3, .up, nil, []), (4, .paused, "Mail", ["b"]),
        ]
        for (id, state, group, tags) in labels {
            var document = BoardFixture.document(id, state, offset: 1, group: group)
            document.card?.tags = tags
            document.card?.degraded = id == 1
            fixture.board.apply([try #require(StatusRendering.entry(document))])
        }
        fixture.board.mark(loaded: true, stale: false)
        let cards = try fixture.cards("postgresql://127.0.0.1:1/none")
        let groups = try cards.get("groups").document["items"]?.items ?? []
        #expect(groups.map { $0["group"]?.text } == ["Mail", "web", nil])
        #expect(groups.map { $0["monitors"]?.number } == [1, 2, 1])
        #expect(groups.map { $0["worst"]?.text } == ["paused", "down", "up"])
        let down = try cards.get("groups?state=down").document["items"]?.items ?? []
        #expect(down.map { $0["group"]?.text } == ["web"])
        #expect(down.map { $0["monitors"]?.number } == [1])
        #expect(groups[1]["counts"]?["degraded"]?.number == 1)
        let tags = try cards.get("tags").document["items"]?.items ?? []
        #expect(tags.map { $0["tag"]?.text } == ["a", "b"])
        #expect(tags.map { $0["worst"]?.text } == ["down", "up"])
        #expect(try cards.ids("group=&sort=id") == [3])
        #expect(try cards.ids("state=degraded,down&sort=id") == [1, 2])
        // Counts are of all states, so that each filter says what it would show.
        let counts = try cards.get("cards?group=web&state=down").document["counts"]
        #expect(counts?["up"]?.number == 1 && counts?["down"]?.number == 1)
    }
}
