import HTTPServer
import History
import JSON
import Postgres
import Service
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct UptimeRoutesTests {
    private let hour: Int64 = 3_600_000
    private let now = WallClock.millis

    private func windows(_ fixture: ReadingFixture, _ query: String) throws -> [String: JSONValue] {
        let document = try fixture.get("/api/v1/monitors/1/uptime?\(query)").document
        var windows: [String: JSONValue] = [:]
        for window in document["windows"]?.items ?? [] { windows[window["window"]?.text ?? ""] = window }
        return windows
    }

    private func addSpan(_ fixture: ReadingFixture, _ region: String, _ from: Int64, _ state: String) throws {
        try fixture.sql("INSERT INTO spans VALUES (1, '\(region)', to_timestamp(\(from) / 1000.0), '\(state)')")
    }

    @Test func `no data is null, never 0 and never 100 %`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        let windows = try self.windows(fixture, "")
        #expect(windows.count == 5)
        for window in windows.values {
            #expect(window["availability"] == .null)
            #expect(window["coverage"] == .null)
            #expect(window["successRatio"] == .null)
            #expect(window["p99Ms"] == .null)
        }
    }

    @Test func `availability is time, of the whole or of one region`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        try self.addSpan(fixture, "", self.now - 60 * self.hour, "up")
        try self.addSpan(fixture, "", self.now - 20 * self.hour, "down")
        try self.addSpan(fixture, "", self.now - 18 * self.hour, "unknown")
        try self.addSpan(fixture, "", self.now - 12 * self.hour, "up")
        try self.addSpan(fixture, "eu", self.now - 60 * self.hour, "up")
        let windows = try self.windows(fixture, "window=1h,24h,7d")
        #expect(windows.count == 3)
        #expect(windows["1h"]?["availability"]?.real == 1)
        let day = try #require(windows["24h"])
        // 16 of 18 known hours; 18 of 24 are known. The window moves on while the test runs.
        #expect(abs(try #require(day["availability"]?.real) - 16.0 / 18) < 0.001)
        #expect(abs(try #require(day["coverage"]?.real) - 0.75) < 0.001)
        #expect(day["down"]?.real == 7_200)
        #expect(abs(try #require(windows["7d"]?["availability"]?.real) - 52.0 / 54) < 0.001)
        #expect(try self.windows(fixture, "window=24h&region=eu")["24h"]?["availability"]?.real == 1)
        #expect(try fixture.get("/api/v1/monitors/1/uptime?window=2h&region=X").pointers == ["#/window", "#/region"])
    }

    @Test func `checks are told as ratio and percentiles`() throws {
        let fixture = try ReadingFixture()
        try fixture.addMonitor(1)
        // Correct answers took 1 to 50 ms.
        var histogram = LatencyHistogram()
        for milliseconds in 1...50 { histogram.add(Int64(milliseconds) * 1_000) }
        try fixture.pool.withConnection { connection in
            _ = try connection.query(
                """
                INSERT INTO rollups_hour
                VALUES (1, 'eu', to_timestamp($1 / 1000.0), 45, 5, 10, 3, 2, 1000, 50000, 1275000, $2)
                """,
                [.int(self.now / self.hour * self.hour), .bytes(histogram.encoded)]
            )
        }
        let window = try #require(try self.windows(fixture, "window=1h")["1h"])
        #expect(window["checks"]?.number == 63)
        #expect(abs(try #require(window["successRatio"]?.real) - 50.0 / 60) < 0.000_001)
        let median = try #require(window["p50Ms"]?.real)
        #expect(abs(median - 25) < 25 / 16)
    }
}
