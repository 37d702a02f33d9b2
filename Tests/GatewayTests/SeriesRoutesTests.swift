import HTTPServer
import JSON
import Service
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct SeriesRoutesTests {
    private let minute: Int64 = 60_000

    private func moment(_ millis: Int64) -> String {
        var writer = JSONWriter()
        writer.time(millis)
        return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    @Test func `a chart gets its buckets with counts, latencies and time`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let end = WallClock.millis / self.minute * self.minute - 10 * self.minute
        try fixture.addResults(stride(from: end - 2 * self.minute, to: end, by: 10_000))
        try fixture.addResults([end - self.minute + 1], outcome: "down")
        try fixture.sql("INSERT INTO spans VALUES (1, '', to_timestamp(\((end - self.minute) / 1_000)), 'up')")
        let range = "from=\(self.moment(end - 2 * self.minute))&to=\(self.moment(end))"
        let series = try fixture.get("/api/v1/monitors/1/series?\(range)&points=2").document
        #expect(series["width"]?.number == 60)
        #expect(series["source"]?.text == "minute")
        let buckets = series["buckets"]?.items ?? []
        #expect(buckets.count == 2)
        // The fixture's results take as many milliseconds as their slot has: 0, 10 … 50.
        #expect(buckets.map { $0["up"]?.number } == [6, 6])
        #expect(buckets.map { $0["down"]?.number } == [0, 1])
        let second = try #require(buckets.last)
        #expect(second["start"]?.text == self.moment(end - self.minute))
        #expect(second["minMs"]?.real == 0 && second["maxMs"]?.real == 50 && second["jitterMs"]?.real == 50)
        #expect(second["meanMs"]?.real == 25)
        #expect(abs(try #require(second["p50Ms"]?.real) - 20) <= 20.0 / 16)
        #expect(second["p99Ms"]?.real == 50)
        #expect(second["availability"]?.real == 1 && second["coverage"]?.real == 1)
        // Before the first span the monitor did not exist.
        #expect(buckets.first?["availability"] == .null && buckets.first?["coverage"] == .null)
        let empty = try fixture.get("/api/v1/monitors/1/series").document["buckets"]?.items ?? []
        #expect((120...121).contains(empty.count))
        #expect(empty.last?["meanMs"] == .null && empty.last?["availability"]?.real == 1)
    }

    @Test func `failures are counted by reason, in all regions or in one`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let end = WallClock.millis / self.minute * self.minute - 10 * self.minute
        for (number, reason) in [(1, "timeout"), (2, "timeout"), (3, "status"), (4, "dns")] {
            let region = number == 1 ? "us" : "eu"
            // The last one is out of the range.
            try fixture.addResults([end - Int64(number) * 20_000], region: region, outcome: "down")
            try fixture.sql("UPDATE results SET reason = '\(reason)' WHERE outcome = 'down' AND reason IS NULL")
        }
        try fixture.addResults([end - 5_000], outcome: "unknown")
        try fixture.sql(
            """
            UPDATE results SET reason = 'blind' WHERE outcome = 'unknown';
            INSERT INTO results (monitor, slot, region, attempt, started_at, outcome, reason, pinger, generation, late)
            SELECT monitor, slot, region, 1, started_at, outcome, reason, pinger, generation, late FROM results
            """
        )
        let range = "from=\(self.moment(end - self.minute))&to=\(self.moment(end))"
        func reasons(_ query: String) throws -> [String: Int64] {
            let series = try fixture.get("/api/v1/monitors/1/series?\(range)\(query)").document
            guard case .object(let object)? = series["reasons"] else { return [:] }
            return Dictionary(uniqueKeysWithValues: object.members.map { ($0.name, $0.value.number ?? 0) })
        }
        #expect(try reasons("") == ["timeout": 2, "status": 1])
        #expect(try reasons("&region=us") == ["timeout": 1])
        #expect(try reasons("&points=1000") == ["timeout": 2, "status": 1])
        #expect(try reasons("&region=asia").isEmpty)
    }

    @Test func `ranges that make no sense are refused`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        func pointers(_ query: String) throws -> Set<String> {
            let response = fixture.get("/api/v1/monitors/1/series?\(query)")
            #expect(response.status == 400, "\(query)")
            return Set(try response.pointers)
        }
        let (old, new) = ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")
        #expect(try pointers("from=\(new)&to=\(old)") == ["#/to"])
        #expect(try pointers("from=\(old)&to=\(old)") == ["#/to"])
        #expect(try pointers("from=1926-01-02T00:00:00Z&to=\(new)") == ["#/from"])
        #expect(try pointers("from=0000-01-02T00:00:00Z") == ["#/from"])
        #expect(try pointers("from=2999-01-01T00:00:00Z") == ["#/from"])
        #expect(try pointers("from=NaN&to=1e9&points=NaN&region=EU") == ["#/from", "#/to", "#/points", "#/region"])
        #expect(try pointers("points=0") == ["#/points"])
        #expect(try pointers("points=1001") == ["#/points"])
        #expect(fixture.get("/api/v1/monitors/1/series?to=1960-01-01T00:00:00Z").status == 200)
        #expect(fixture.get("/api/v1/monitors/2/series").status == 404)
    }
}
