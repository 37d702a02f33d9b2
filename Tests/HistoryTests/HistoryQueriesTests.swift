import Events
import Postgres
import Schema
import TestServers
import Testing

@testable import History

@Suite(.timeLimit(.minutes(1))) struct HistoryQueriesTests {
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000
    /// 2026-11-10, a day's beginning.
    private static let start: Int64 = 1_794_268_800_000

    private func books() throws -> PostgresConnection {
        let connection = try PostgresConnection(PostgresServer.database())
        try Schema.migrate(connection)
        return connection
    }

    private func result(_ slot: Int64, _ region: String = "eu", attempt: Int = 0, _ outcome: Outcome = .up)
        -> CheckResult
    {
        CheckResult(
            monitor: 1,
            region: region,
            slot: slot,
            attempt: attempt,
            startedAt: slot + 1,
            outcome: outcome,
            reason: outcome == .down ? .timeout : nil,
            detail: "a \"quoted\"\ttext",
            timings: Timings(dns: 5, total: slot % 1_000_000),
            certificateExpiresAt: slot + Self.day,
            pinger: "p",
            generation: 2
        )
    }

    @Test func `a result comes back as it was stored`() throws {
        let connection = try self.books()
        let stored = self.result(Self.start, "eu", attempt: 1, .down)
        try ResultRows.copy([stored], on: connection)
        let found = try HistoryQueries.results(of: 1, limit: 10, on: connection)
        #expect(found.map(\.result) == [stored])
        #expect(throws: PostgresError.self) { try ResultRows.copy([stored], on: connection) }
    }

    @Test func `pages neither skip nor double, whatever the filter`() throws {
        let connection = try self.books()
        var all: [CheckResult] = []
        for slot in 0..<50 {
            for region in ["eu", "us"] {
                for attempt in 0...(slot % 3) {
                    let outcome: Outcome = slot % 4 == 0 ? .down : .up
                    var result = self.result(Self.start + Int64(slot) * 1_000, region, attempt: attempt, outcome)
                    // Some took equally long, some have no latency.
                    result.timings.total = slot % 5 == 0 ? nil : Int64(slot % 7) * 1_000
                    all.append(result)
                }
            }
        }
        try ResultRows.copy(all.shuffled(), on: connection)
        for filter in [
            HistoryQueries.Filter(), .init(outcomes: [.down]), .init(region: "us"), .init(reasons: [.timeout, .dns]),
            .init(from: Self.start + 10_000, to: Self.start + 20_000, outcomes: [.up, .unknown], region: "eu"),
        ] {
            for (isByLatency, isAscending) in [(false, false), (false, true), (true, false), (true, true)] {
                let order = HistoryQueries.ResultOrder(isByLatency: isByLatency, isAscending: isAscending)
                var paged: [HistoryQueries.StoredResult] = []
                while true {
                    let page = try HistoryQueries.results(
                        of: 1,
                        filter,
                        order: order,
                        after: paged.last.map { .init(ResultIdentity($0.result), latency: $0.result.timings.total) },
                        limit: 7,
                        on: connection
                    )
                    paged += page
                    if page.count < 7 { break }
                }
                let wanted = all.filter { result in
                    result.slot >= filter.from ?? 0 && result.slot < filter.to ?? .max
                        && (filter.outcomes.isEmpty || filter.outcomes.contains(result.outcome))
                        && (filter.reasons.isEmpty || result.reason.map(filter.reasons.contains) == true)
                        && filter.region.map { $0 == result.region } ?? true
                }
                let identities = paged.map { ResultIdentity($0.result) }
                #expect(Set(identities).count == identities.count)
                #expect(Set(identities) == Set(wanted.map { ResultIdentity($0) }))
                let keys = paged.map { stored in
                    isByLatency
                        ? stored.result.timings.total ?? (isAscending ? .max : .min)
                        : stored.result.slot
                }
                #expect(keys == keys.sorted(by: isAscending ? (<) : (>)))
            }
        }
    }

    @Test func `inserting says what was new, and of doubles the first counts`() throws {
        let connection = try self.books()
        let first = self.result(Self.start)
        try ResultRows.copy([first], on: connection)
        try connection.withTransaction { connection in
            try ResultRows.prepare(connection)
            let other = self.result(Self.start + 1, "eu", attempt: 0, .down)
            var doubled = other
            doubled.outcome = .up
            let stored = try ResultRows.insert(
                [(first, false), (other, true), (doubled, false)],
                on: connection
            )
            #expect(stored == [false, true, false])
        }
        let found = try HistoryQueries.results(of: 1, limit: 10, on: connection)
        #expect(found.map(\.result.outcome) == [.down, .up])
        #expect(found.map(\.isLate) == [true, false])
    }

    @Test(arguments: [nil, "eu"]) func `every window counts each check once`(_ region: String?) throws {
        let connection = try self.books()
        let now = Self.start + 3 * Self.day + 5 * Self.hour + 17 * 60_000
        var results: [CheckResult] = []
        for slot in stride(from: Self.start + 90_000, to: now, by: 7 * 60_000) {
            for name in ["eu", "us"] {
                results.append(self.result(slot, name, attempt: 0, slot % 13 == 0 ? .down : .up))
            }
        }
        var open = OpenAggregates()
        var changes = RollupChanges()
        for result in results { open.add(result, minutes: true, &changes) }
        try connection.withTransaction { connection in
            try ResultRows.copy(results, on: connection)
            try changes.write(careful: false, on: connection)
            try connection.query(
                "INSERT INTO processor_monitors (monitor, share, state, aggregates) VALUES (1, 0, '', $1)",
                [.bytes(open.encoded)]
            )
        }
        for length in [60_000, Self.hour, 5 * Self.hour, Self.day, 2 * Self.day + 1, 4 * Self.day] {
            for end in [now, now - 1, now - 3 * Self.hour, now - Self.day] {
                let window = (end - length)..<end
                let uptime = try HistoryQueries.uptime(
                    of: 1,
                    region: region,
                    over: [window],
                    now: now,
                    known: now,
                    on: connection
                )[0]
                var naive = Rollup()
                for result in results where window.contains(result.slot) && region ?? result.region == result.region {
                    naive.add(result)
                }
                #expect(uptime.checks == naive, "window \(window)")
            }
        }
    }

    @Test func `open sums survive being stored`() throws {
        var open = OpenAggregates()
        var changes = RollupChanges()
        for slot in 0..<100 {
            open.add(
                self.result(Self.start + Int64(slot) * 7_919, slot % 2 == 0 ? "eu" : "us"),
                minutes: true,
                &changes
            )
        }
        #expect(OpenAggregates(encoded: open.encoded) == open)
        for length in 1..<open.encoded.count {
            // Cut short it is refused or is a shorter one; it never crashes.
            _ = OpenAggregates(encoded: Array(open.encoded.prefix(length)))
        }
        #expect(OpenAggregates(encoded: [0xFF, 0xFF, 0xFF]) == nil)
    }

    @Test func `results that fitted no day move into it when it is made`() throws {
        let connection = try self.books()
        let early = self.result(Self.start + 3 * Self.hour)
        let late = self.result(Self.start + Self.day)
        try ResultRows.copy([early, late], on: connection)
        #expect(try DayPartitions.strays(on: connection) == 2)
        #expect(try DayPartitions.make(from: Self.start, through: Self.start, on: connection) == 1)
        #expect(try DayPartitions.strays(on: connection) == 1)
        #expect(try HistoryQueries.results(of: 1, limit: 10, on: connection).map(\.result) == [late, early])
        #expect(throws: PostgresError.self) { try ResultRows.copy([early], on: connection) }
    }

    @Test func `days are made, dropped and never doubled`() throws {
        let connection = try self.books()
        let now = Self.start + 20 * Self.day + 5 * Self.hour
        #expect(try Retention(results: 14).apply(now: now, on: connection) == 0)
        #expect(try self.days(connection) == 22)
        try ResultRows.copy(
            (6..<27).map { self.result(Self.start + $0 * Self.day + Self.hour) },
            on: connection
        )
        #expect(try DayPartitions.strays(on: connection) == 0)
        let later = now + 3 * Self.day
        #expect(try Retention(results: 14).apply(now: later, on: connection) == 0)
        #expect(try self.days(connection) == 22)
        let floor = try DayPartitions.floor(isHeld: false, on: connection)
        #expect(floor == Self.start + 9 * Self.day)
        let rest = try HistoryQueries.results(of: 1, limit: 100, on: connection)
        #expect(rest.count == 18)
        #expect(rest.allSatisfy { $0.result.slot >= floor })
        // The log is behind: nothing is dropped before its time.
        try connection.script(
            """
            INSERT INTO positions (projection, partition, last_timestamp) VALUES ('processor', 0, \(later))
            """
        )
        _ = try Retention(results: 14).apply(now: later + 30 * Self.day, on: connection)
        #expect(try DayPartitions.floor(isHeld: false, on: connection) == floor)
    }

    @Test func `sums that are too old go some at a time, and only they`() throws {
        let connection = try self.books()
        let end = Self.start + 500 * Self.day
        try connection.script(
            """
            INSERT INTO rollups_hour (monitor, region, start, up, degraded, down, unknown, retries, sum_us, histogram)
            SELECT 1, 'eu', to_timestamp(\(end) / 1000.0) - number * interval '1 hour', 1, 0, 0, 0, 0, 1, ''
            FROM generate_series(1, 25 * 24 * 60) AS number
            """
        )
        // No statement is asked to delete years.
        connection.timeout = .seconds(2)
        _ = try Retention(hours: 400).apply(now: end, on: connection)
        let rows = try connection.query(
            "SELECT count(*), min(start) >= to_timestamp(\(end - 400 * Self.day) / 1000.0) FROM rollups_hour"
        )
        #expect(try rows[0].int64(0) == 400 * 24)
        #expect(try rows[0].bool(1))
    }

    @Test func `of what monitors were, the span that reaches over the limit stays`() throws {
        let connection = try self.books()
        let now = Self.start + 500 * Self.day
        try connection.script(
            """
            INSERT INTO spans (monitor, region, "from", state)
            SELECT 1, '', to_timestamp((\(now) - days::bigint * \(Self.day)) / 1000.0), 'up'
            FROM unnest(ARRAY[300, 200, 101, 99, 1]) AS days
            UNION ALL SELECT 2, '', to_timestamp((\(now) - 400::bigint * \(Self.day)) / 1000.0), 'down'
            """
        )
        _ = try Retention(spans: 100).apply(now: now, on: connection)
        let rows = try connection.query("SELECT monitor, count(*) FROM spans GROUP BY 1 ORDER BY 1")
        #expect(try rows.map { try $0.int64(1) } == [3, 1])
        _ = try Retention().apply(now: now + 1_000 * Self.day, on: connection)
        #expect(try connection.query("SELECT count(*) FROM spans")[0].int64(0) == 4)
    }

    @Test func `what fits no day is kept and noticed`() throws {
        let connection = try self.books()
        _ = try Retention().apply(now: Self.start, on: connection)
        try ResultRows.copy([self.result(Self.start + 100 * Self.day)], on: connection)
        #expect(try Retention().apply(now: Self.start, on: connection) == 1)
    }

    @Test func `results must be kept as long as the log`() {
        #expect(Retention(results: 14).fault(logRetention: 7 * Self.day) == nil)
        #expect(Retention(results: 7).fault(logRetention: 7 * Self.day) == nil)
        #expect(Retention(results: 14).fault(logRetention: nil) == nil)
        #expect(Retention(results: 6).fault(logRetention: 7 * Self.day)?.contains("7 days") == true)
        #expect(Retention(results: 14).fault(logRetention: -1)?.contains("for ever") == true)
    }

    private func days(_ connection: PostgresConnection) throws -> Int64 {
        try connection.query("SELECT count(*) FROM pg_class WHERE relname ~ '^results_[0-9]{8}$'")[0].int64(0)
    }
}

extension ResultRows {
    /// Stores an array of results.
    static func copy(_ results: [CheckResult], on connection: PostgresConnection) throws(PostgresError) {
        var rest = results.makeIterator()
        try self.copy(on: connection) { rest.next() }
    }
}
