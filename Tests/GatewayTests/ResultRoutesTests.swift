import Events
import HTTPServer
import JSON
import Postgres
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct ResultRoutesTests {
    private let start: Int64 = 1_795_189_560_000

    @Test func `pages neither skip nor double while rows are added`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let slots = (0..<25).map { self.start + $0 * 10_000 }
        try fixture.addResults(slots, region: "eu")
        try fixture.addResults(slots, region: "us", outcome: "down")
        let items = try fixture.all("/api/v1/monitors/1/results?limit=7") { page in
            // Newer ones belong to no later page; a late one at the very end to the last.
            if page == 2 { try fixture.addResults([self.start + 1_000_000 + Int64(page)]) }
            if page == 3 { try fixture.addResults([self.start - 5_000], region: "eu") }
        }
        let keys = items.compactMap { item in
            item["slot"]?.text.flatMap { slot in item["region"]?.text.map { "\(slot) \($0)" } }
        }
        #expect(keys.count == 51)
        #expect(Set(keys).count == 51)
        #expect(keys == keys.sorted(by: >))
        #expect(keys.last == "2026-11-20T15:45:55.000Z eu")
    }

    @Test func `a result has its identity, its times and its pinger`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        try fixture.sql(
            """
            INSERT INTO results VALUES (1, to_timestamp(\(self.start + 123)/1000.0), 'eu', 2,
            to_timestamp(\(self.start + 127)/1000.0), 'down', 'timeout', 'connect', 503, 'no "connection"', 812, NULL,
            NULL, NULL, 10000113, '{"packetLoss":0.5}', '93.184.216.34', to_timestamp(1798761600), 'pinger-eu-0', 3, true)
            """
        )
        let item = try #require(try fixture.get("/api/v1/monitors/1/results").document["items"]?.items.first)
        #expect(item["slot"]?.text == "2026-11-20T15:46:00.123Z")
        #expect(item["startedAt"]?.text == "2026-11-20T15:46:00.127Z")
        #expect(item["attempt"]?.number == 2)
        #expect(item["latencyMs"]?.real == 10_000.113)
        #expect(item["dnsMs"]?.real == 0.812)
        #expect(item["connectMs"] == .null)
        #expect(item["detail"]?.text == "no \"connection\"")
        #expect(item["values"]?["packetLoss"]?.real == 0.5)
        #expect(item["pinger"]?.text == "pinger-eu-0")
        #expect(item["late"] == .boolean(true))
    }

    @Test func `filters hold, and a cursor is good for its own list only`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let slots = (0..<20).map { self.start + $0 * 10_000 }
        try fixture.addResults(slots, region: "eu")
        try fixture.addResults(slots, region: "us", outcome: "down")
        let list = "/api/v1/monitors/1/results"
        #expect(try fixture.all("\(list)?outcome=down&limit=6").count == 20)
        #expect(try fixture.all("\(list)?region=eu&limit=6").count == 20)
        #expect(try fixture.all("\(list)?region=eu&outcome=down").count == 0)
        let range = "from=2026-11-20T15:46:10Z&to=2026-11-20T16:46:40.000%2B01:00"
        #expect(try fixture.all("\(list)?\(range)&limit=2").count == 6)
        let cursor = try #require(try fixture.get("\(list)?region=eu&limit=2").document["nextCursor"]?.text)
        #expect(try fixture.get("\(list)?region=us&cursor=\(cursor)").pointers == ["#/cursor"])
        let bad = fixture.get(
            "\(list)?from=yesterday&to=2026-02-30T00:00:00Z&outcome=bad&region=EU&limit=x&cursor=&q=1"
        )
        #expect(bad.status == 400)
        #expect(
            try Set(bad.pointers) == ["#/from", "#/to", "#/outcome", "#/region", "#/limit", "#/cursor", "#/q"]
        )
        #expect(fixture.get("/api/v1/monitors/2/results").status == 404)
        #expect(fixture.get("/api/v1/monitors/01/results").status == 404)
    }

    @Test func `results are sorted by what is asked, page by page`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let slots = (0..<30).map { self.start + $0 * 1_000 }
        try fixture.addResults(slots)
        try fixture.addResults(slots, region: "us", outcome: "down")
        try fixture.sql("UPDATE results SET total_us = NULL WHERE outcome = 'down' AND extract(second FROM slot) < 10")
        try fixture.sql("UPDATE results SET reason = 'timeout' WHERE outcome = 'down'")
        let list = "/api/v1/monitors/1/results"
        let oldest = try fixture.all("\(list)?order=asc&limit=7") { page in
            // One that comes late belongs to no later page, a new one to the last.
            if page == 2 { try fixture.addResults([self.start - 1_000, self.start + 100_000]) }
        }
        #expect(oldest.count == 61)
        let texts = oldest.compactMap { $0["slot"]?.text }
        #expect(texts == texts.sorted())
        let range = "from=2026-11-20T15:46:00Z&to=2026-11-20T15:47:00Z"
        for order in ["asc", "desc"] {
            let items = try fixture.all("\(list)?sort=latency&order=\(order)&\(range)&limit=7")
            #expect(items.count == 60)
            let latencies = items.map { $0["latencyMs"]?.real }
            #expect(latencies.suffix(10).allSatisfy { $0 == nil })
            let known = latencies.compactMap { $0 }
            #expect(known.count == 50 && known == known.sorted(by: order == "asc" ? (<) : (>)))
        }
        #expect(try fixture.all("\(list)?reason=timeout,dns&outcome=down&outcome=unknown&limit=9").count == 30)
        #expect(try fixture.get("\(list)?sort=latency").pointers == ["#/from"])
        let reversed = "from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z"
        let bad = fixture.get("\(list)?sort=size&order=up&reason=bad,dns&\(reversed)")
        #expect(try Set(bad.pointers) == ["#/sort", "#/order", "#/reason", "#/to"])
        let every = Reason.allCases.map(\.rawValue).joined(separator: ",")
        #expect(try fixture.all("\(list)?reason=\(every)&limit=9").count == 30)
    }

    @Test func `without PostgreSQL the answer is 503 with Retry-After`() throws {
        let fixture = try ReadingFixture(url: "postgresql:///none?host=/nonexistent")
        for path in ["monitors/1/results", "monitors/1/uptime", "incidents", "deliveries", "pipeline"] {
            let response = fixture.get("/api/v1/\(path)")
            #expect(response.status == 503)
            #expect(response.headers.contains { $0.name == "Retry-After" })
        }
        // The board needs none.
        #expect(fixture.get("/api/v1/regions").status == 200)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-20T15:46:00.1239Z", 1_795_189_560_123),
            ("2000-02-29T23:59:59-01:30", 951_874_199_000), ("1969-12-31t23:59:59.5z", -500),
        ] as [(String, Int64)]
    )
    func `moments are read as RFC 3339 has them`(_ text: String, _ expected: Int64) {
        #expect(Moment.read(text) == expected)
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T15:46:00", "2026-13-20T15:46:00Z", "2023-02-29T00:00:00Z", "2026-11-20T24:00:00Z",
        "2026-11-20T15:46:00.Z", "2026-11-20T15:46:00Zz", "+026-11-20T15:46:00Z", "2026-11-20T15:46:00+1:00",
    ])
    func `what is no moment is refused`(_ text: String) {
        #expect(Moment.read(text) == nil)
    }
}
