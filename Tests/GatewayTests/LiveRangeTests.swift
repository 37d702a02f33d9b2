import Events
import HTTPServer
import History
import JSON
import Postgres
import Service
import TestServers
import Testing

@testable import Gateway

/// `GET /api/live`, held against a recount of the single results.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveRangeTests {
    /// A result as it is stored.
    private struct Check {
        let monitor: Int64
        let slot: Int64
        let attempt: Int
        let outcome: String
        let reason: String?
        let latency: Int64?

        /// The word of the interface.
        var word: String {
            switch outcome {
            case "up", "degraded": "healthy"
            case "unknown": "unknown"
            default:
                switch reason {
                case "timeout": "timeout"
                case "status", "body", "redirect", "protocol", "tooLarge": "error"
                default: "down"
                }
            }
        }
    }

    private static func checks(_ seed: UInt64, over length: Int64, before now: Int64) -> [Check] {
        var random = SplitMix(seed: seed)
        let failures = Reason.allCases.map(\.rawValue)
        var checks: [Check] = []
        var known: Set<[Int64]> = []
        for _ in 0..<600 {
            let monitor = Int64.random(in: 1...3, using: &random)
            let slot = now - Int64.random(in: 1...length, using: &random)
            guard known.insert([monitor, slot]).inserted else { continue }
            let outcome = ["up", "up", "degraded", "down", "down", "unknown"].randomElement(using: &random) ?? "up"
            let isGood = outcome == "up" || outcome == "degraded"
            checks.append(
                Check(
                    monitor: monitor,
                    slot: slot,
                    attempt: Int.random(in: 0...4, using: &random) == 0 ? 1 : 0,
                    outcome: outcome,
                    reason: isGood ? nil : failures.randomElement(using: &random),
                    latency: isGood ? Int64.random(in: 500...2_000_000, using: &random) : nil
                )
            )
        }
        return checks
    }

    private func store(_ checks: [Check], _ door: Door) throws {
        let values = checks.map { check in
            let slot = "to_timestamp(\(check.slot) / 1000.0)"
            let reason = check.reason.map { "'\($0)'" } ?? "null"
            let latency = check.latency.map(String.init) ?? "null"
            return "(\(check.monitor), \(slot), 'eu', \(check.attempt), \(slot), '\(check.outcome)', \(reason), "
                + "\(latency), 'p', 1, false)"
        }
        try door.sql(
            """
            INSERT INTO results (monitor, slot, region, attempt, started_at, outcome, reason, total_us, pinger, generation,
                late) VALUES \(values.joined(separator: ","))
            """
        )
    }

    /// Sums the results up as the processor does: what is over in rows, what is not in the monitor's state.
    private func sumUp(_ checks: [Check], openFrom: Int64, _ width: String, _ door: Door) throws {
        try door.sql(
            """
            INSERT INTO rollups_\(width) (monitor, region, start, up, degraded, down, unknown, retries, min_us, max_us,
                sum_us, histogram)
            SELECT monitor, region, date_trunc('\(width)', slot, 'UTC'),
                count(*) FILTER (WHERE attempt = 0 AND outcome = 'up'),
                count(*) FILTER (WHERE attempt = 0 AND outcome = 'degraded'),
                count(*) FILTER (WHERE attempt = 0 AND outcome = 'down'),
                count(*) FILTER (WHERE attempt = 0 AND outcome = 'unknown'), count(*) FILTER (WHERE attempt > 0),
                min(total_us) FILTER (WHERE attempt = 0), max(total_us) FILTER (WHERE attempt = 0),
                coalesce(sum(total_us) FILTER (WHERE attempt = 0), 0), ''
            FROM results WHERE slot < to_timestamp(\(openFrom) / 1000.0) GROUP BY 1, 2, 3
            """
        )
        for monitor: Int64 in 1...3 {
            var open = OpenAggregates()
            var changes = RollupChanges()
            for check in checks.sorted(by: { $0.slot < $1.slot })
            where check.monitor == monitor && check.slot >= openFrom {
                var result = CheckResult(
                    monitor: monitor,
                    region: "eu",
                    slot: check.slot,
                    startedAt: check.slot,
                    outcome: Outcome(rawValue: check.outcome) ?? .unknown,
                    pinger: "p",
                    generation: 1
                )
                result.attempt = check.attempt
                result.timings.total = check.latency
                open.add(result, minutes: false, &changes)
            }
            let encoded = open.encoded
            try door.pool.withConnection { connection in
                _ = try connection.query(
                    "INSERT INTO processor_monitors (monitor, share, state, aggregates) VALUES ($1::bigint, 0, '', $2)",
                    [.int(monitor), .bytes(encoded)]
                )
            }
        }
    }

    private func door(_ variables: [String: String] = [:]) throws -> Door {
        let door = try Door(variables)
        for id in 1...3 {
            let body = #"{"name":"M\#(id)","type":"http","target":"https://m\#(id).example/"}"#
            #expect(door.send(.post, "/api/v1/monitors", key: door.admin, body: body).status == 201)
        }
        door.board.mark(loaded: true, stale: false)
        return door
    }

    @Test(arguments: LiveRange.allCases)
    func `each bucket counts what the results say`(range: LiveRange) throws {
        let door = try self.door()
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the results: \(seed)")
        let now = WallClock.millis
        let checks = Self.checks(seed, over: range.length, before: now)
        try self.store(checks, door)
        let width = range.width(points: 30)
        if let source = range.source(width: width) {
            try self.sumUp(checks, openFrom: source.start(of: now), source == .hour ? "hour" : "day", door)
            // Of a day there may be millions of them: only failures are looked at, for their reasons.
            try door.sql("DELETE FROM results WHERE outcome <> 'down'")
        }
        let answer = try door.send(.get, "/api/live?range=\(range.rawValue)", key: door.admin).document
        #expect(answer["range"] == .string(range.rawValue))
        let services = answer["services"]?.items ?? []
        #expect(services.map { $0["name"]?.text } == ["M1", "M2", "M3"])
        for service in services {
            let id = service["id"]?.number ?? 0
            let buckets = service["buckets"]?.items ?? []
            #expect((25...32).contains(buckets.count), "\(buckets.count)")
            var total = 0
            for bucket in buckets {
                let start = bucket["start"]?.text.flatMap(Moment.read) ?? 0
                let within = checks.filter {
                    $0.monitor == id && $0.attempt == 0 && $0.slot >= start && $0.slot < start + width
                }
                total += within.count
                let found = Dictionary(grouping: within, by: \.word).mapValues { Double($0.count) }
                for word in ["healthy", "down", "error", "timeout", "unknown"] {
                    #expect(bucket["distribution"]?[word]?.real == found[word] ?? 0, "\(word) at \(start) of \(id)")
                }
                let latencies = within.compactMap(\.latency)
                let jitter = latencies.max().flatMap { most in latencies.min().map { Double(most - $0) / 1_000 } }
                #expect(bucket["jitterMs"]?.real == jitter)
                let judged = within.count { $0.word != "unknown" }
                let uptime = judged > 0 ? (found["healthy"] ?? 0) / Double(judged) * 100 : nil
                #expect((bucket["uptimePercent"]?.real).map { abs($0 - (uptime ?? -1)) < 0.001 } ?? (uptime == nil))
            }
            #expect(total == checks.count { $0.monitor == id && $0.attempt == 0 }, "no check is left out")
        }
    }

    @Test func `an hour is shown where no range is named, and what nobody watched is not uptime`() throws {
        let door = try self.door()
        let answer = try door.send(.get, "/api/live", key: door.admin).document
        #expect(answer["range"] == .string("1h") && answer["bucketSeconds"]?.number == 120)
        let service = try #require(answer["services"]?.items.first)
        #expect(service["status"] == .string("unknown") && service["state"] == .string("new"))
        #expect(service["uptimePercent"] == .null)
        #expect(service["url"] == .string("https://m1.example/"))
        let paged = try door.send(.get, "/api/live?offset=1&limit=1", key: door.admin).document
        #expect(paged["total"]?.number == 3 && paged["services"]?.items.map { $0["id"]?.number } == [2])
        for fault in ["range=2h", "range=", "limit=0", "limit=1001", "offset=-1", "wat=1", "range=1h&range=1h"] {
            #expect(door.send(.get, "/api/live?\(fault)", key: door.admin).status == 400, "\(fault)")
        }
        #expect(door.send(.get, "/api/live", key: nil).status == 401)
    }

    @Test func `without the database the present goes on, beside the past that was read last`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let door = try self.door(["DATABASE_URL": server.url()])
        try self.store(Self.checks(1, over: LiveRange.live.length, before: WallClock.millis), door)
        func live(_ range: String) throws -> JSONValue {
            let answer = door.send(.get, "/api/live?range=\(range)", key: door.admin)
            #expect(answer.status == 200, "\(answer.text)")
            return try answer.document
        }
        let before = try live("live")
        #expect(before["pastStale"] == .boolean(false))
        server.kill()
        door.board.apply([try #require(StatusRendering.entry(BoardFixture.document(1, .down, offset: 9)))])
        #expect(eventually { (try? live("live"))?["pastStale"] == .boolean(true) })
        let after = try live("live")
        #expect(after["services"]?.items.first?["state"]?.text == "down")
        let buckets = { (answer: JSONValue) in answer["services"]?.items.map { $0["buckets"] } }
        #expect(buckets(after) == buckets(before))
        // Of a range that was never asked for nothing is known.
        let unread = try live("7d")
        #expect(unread["pastStale"] == .boolean(true))
        #expect(unread["services"]?.items.allSatisfy { $0["uptimePercent"] == .null } == true)
    }

    @Test func `who asks for what is being read waits for a moment only, and for nothing else`() throws {
        let url = try PostgresServer.database()
        let door = try self.door(["DATABASE_URL": url])
        let pool = try PostgresPool(url, size: 4, timeout: .seconds(60))
        let pasts = LivePasts(pool, points: 30)
        let range = LiveRange.live
        let now = WallClock.millis
        let before = try pasts.past(range, of: [1], now: now)
        #expect(!before.isStale)
        // Until it has to be read again.
        let end = MonotonicClock.millis + range.keeping
        #expect(eventually { MonotonicClock.millis > end })
        let blocker = try PostgresConnection(url)
        try blocker.script("BEGIN; LOCK TABLE results IN ACCESS EXCLUSIVE MODE")
        let readers = (Int64(1)...3).map { monitor in
            DedicatedThread("reads") {
                let past = try? pasts.past(range, of: [monitor], now: now + 2_000)
                #expect(past?.isStale == false)
            }
        }
        let waiting = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        #expect(eventually { (try? door.pool.withConnection { try $0.query(waiting)[0].int64(0) }) == 3 })
        let meanwhile = try pasts.past(range, of: [1], now: now + 2_000)
        #expect(meanwhile.isStale && meanwhile.buckets.start == before.buckets.start)
        let refusal = #expect(throws: Refusal.self) { try pasts.past(range, of: [2], now: now + 2_000) }
        #expect(refusal?.response.status == 503)
        try blocker.script("ROLLBACK")
        for reader in readers { reader.join() }
    }

    @Test func `a failure is told by its reason, and what is not confirmed is none`() {
        #expect(LiveService.Status(.pending, reason: "timeout") == .healthy)
        #expect(LiveService.Status(.down, reason: "timeout") == .timeout)
        #expect(LiveService.Status(.recovering, reason: "status") == .error)
        for reason in ["refused", "unreachable", "dns", "tls", nil] {
            #expect(LiveService.Status(.down, reason: reason) == .down)
        }
        for state in [State.new, .unknown, .paused] { #expect(LiveService.Status(state, reason: nil) == .unknown) }
    }
}
