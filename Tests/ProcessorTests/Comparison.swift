import Events
import History
import Latest
import Postgres
import Redis
import TestServers
import Testing

@testable import Processor

/// What is compared: the books with a computation of the test's own, Redis with the truth.
extension HistoryWorld {
    /// The rows of one width, closed and open together.
    func sums(_ width: RollupWidth) throws -> [RollupKey: Rollup] {
        var sums: [RollupKey: Rollup] = [:]
        let table = ["rollups_minute", "rollups_hour", "rollups_day"][width.rawValue]
        let rows = try self.query(
            """
            SELECT monitor, region, (extract(epoch from start) * 1000)::bigint, up, degraded, down, unknown, retries,
                min_us, max_us, sum_us, histogram FROM \(table)
            """
        )
        for row in rows {
            var sum = Rollup()
            sum.up = try row.int64(3)
            sum.degraded = try row.int64(4)
            sum.down = try row.int64(5)
            sum.unknown = try row.int64(6)
            sum.retries = try row.int64(7)
            sum.least = try row.int64OrNil(8)
            sum.greatest = try row.int64OrNil(9)
            sum.sum = try row.int64(10)
            sum.histogram = try #require(LatencyHistogram(encoded: try row.bytes(11)))
            sums[RollupKey(monitor: try row.int64(0), region: try row.text(1), start: try row.int64(2))] = sum
        }
        for row in try self.query("SELECT monitor, aggregates FROM processor_monitors") {
            let monitor = try row.int64(0)
            try #require(OpenAggregates(encoded: try row.bytes(1))).forEach { openWidth, region, start, sum in
                guard openWidth == width else { return }
                let key = RollupKey(monitor: monitor, region: region, start: start)
                #expect(sums[key] == nil, "\(key) is open and closed")
                sums[key] = sum
            }
        }
        return sums
    }

    /// The same out of the table of results; minutes only of monitors that are checked more often.
    func recomputed(_ width: RollupWidth) throws -> [RollupKey: Rollup] {
        var sums: [RollupKey: Rollup] = [:]
        let rows = try self.query(
            "SELECT monitor, region, (extract(epoch from slot) * 1000)::bigint, attempt, outcome, total_us FROM results"
        )
        for row in rows {
            let start = width.start(of: try row.int64(2))
            let key = RollupKey(monitor: try row.int64(0), region: try row.text(1), start: start)
            if width == .minute, Scenario.interval(of: key.monitor) >= 60_000 { continue }
            let outcome = try #require(Outcome(rawValue: try row.text(4)))
            sums[key, default: Rollup()].add(outcome, attempt: Int(try row.int64(3)), latency: try row.int64OrNil(5))
        }
        return sums
    }

    /// Expects sums, spans and Redis to be what they must be.
    func expectConsistency(redis: Bool = true) throws {
        for width in RollupWidth.allCases { #expect(try self.sums(width) == self.recomputed(width)) }
        var stored: [String: [Span]] = [:]
        let rows = try self.query(
            "SELECT monitor || '/' || region, (extract(epoch from \"from\") * 1000)::bigint, state FROM spans ORDER BY 1, 2"
        )
        for row in rows {
            let state = try #require(SpanState(rawValue: try row.text(2)))
            stored[try row.text(0), default: []].append(Span(from: try row.int64(1), state: state))
        }
        #expect(stored == self.spans)
        if redis { try self.expectRedis() }
    }

    /// Expects Redis to hold the truth, soon.
    func expectRedis() throws {
        for state in self.truth {
            for monitor in state.monitorIDs {
                let status = try #require(state.status(of: monitor))
                try eventually("the status of \(monitor)") {
                    guard let document = try self.document(monitor) else { return false }
                    let wanted = StatusDocument(status, point: document.point, asOf: document.card?.asOf ?? 0)
                    return document == wanted
                }
            }
        }
    }

    func document(_ monitor: Int64) throws -> StatusDocument? {
        guard let bytes = try self.redis.command("GET", RedisArgument(LatestKeys.status(monitor))).bytesOrNil() else {
            return nil
        }
        return try StatusDocument.decode(bytes)
    }

    /// The slots and attempts of the recent results, the newest first.
    func recent(_ monitor: Int64) throws -> [RecentResult] {
        let list = try self.redis.command("LRANGE", RedisArgument(LatestKeys.recent(monitor)), 0, -1).array()
        return try list.map { try RecentResult.decode(try #require(try $0.bytesOrNil())) }
    }

    /// Everything that a replay must leave as it is.
    func dump() throws -> [String] {
        var lines: [String] = []
        for row in try self.query("SELECT r::text FROM results r ORDER BY monitor, slot, region, attempt") {
            lines.append(try row.text(0))
        }
        for row in try self.query("SELECT s::text FROM spans s ORDER BY 1") { lines.append(try row.text(0)) }
        for width in RollupWidth.allCases {
            for (key, sum) in try self.sums(width).sorted(by: { "\($0.key)" < "\($1.key)" }) {
                lines.append("\(width) \(key) \(sum)")
            }
        }
        return lines
    }
}
