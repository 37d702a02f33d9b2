import Events
import Postgres
import Schema
import TestServers
import Testing

@testable import History

@Suite(.timeLimit(.minutes(2))) struct SeriesQueryTests {
    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000
    /// 2026-11-10, a day's beginning.
    private static let start: Int64 = 1_794_268_800_000

    private struct Truth {
        var results: [CheckResult] = []
        var spans: [Span] = []
    }

    private func books() throws -> PostgresConnection {
        let connection = try PostgresConnection(PostgresServer.database())
        try Schema.migrate(connection)
        return connection
    }

    /// Results of two regions as the processor would have written them until `now`, some late, minutes now and then.
    private func fill(
        _ connection: PostgresConnection,
        until now: Int64,
        _ generator: inout some RandomNumberGenerator
    ) throws -> Truth {
        var truth = Truth()
        var slot = Self.start
        while slot < now {
            let keepsMinutes = slot / (5 * Self.hour) % 2 == 0
            for region in ["eu", "us"] where Int.random(in: 0..<10, using: &generator) > 0 {
                let outcome = [Outcome.up, .up, .up, .degraded, .down, .unknown].randomElement(using: &generator)
                for attempt in 0...(outcome == .down ? 1 : 0) {
                    var result = CheckResult(
                        monitor: 1,
                        region: region,
                        slot: slot,
                        attempt: attempt,
                        startedAt: slot,
                        outcome: outcome ?? .up,
                        pinger: "p",
                        generation: keepsMinutes ? 1 : 2
                    )
                    if Int.random(in: 0..<5, using: &generator) > 0 {
                        result.timings.total = Int64.random(in: 100...2_000_000, using: &generator)
                    }
                    truth.results.append(result)
                }
            }
            slot += keepsMinutes ? 20_000 : 5 * Self.minute
            // Nobody watched for a while.
            if Int.random(in: 0..<400, using: &generator) == 0 { slot += 3 * Self.hour - slot % 20_000 }
        }
        var arrived = truth.results
        for _ in 0..<20 where arrived.count > 20 {
            let late = arrived.remove(at: Int.random(in: 0..<arrived.count - 10, using: &generator))
            arrived.insert(late, at: Int.random(in: arrived.count - 5...arrived.count, using: &generator))
        }
        var open = OpenAggregates()
        var changes = RollupChanges()
        for result in arrived { open.add(result, minutes: result.generation == 1, &changes) }
        var time = Self.start + Self.hour
        while time < now {
            truth.spans.append(Span(from: time, state: SpanState.allCases.randomElement(using: &generator) ?? .up))
            time += Int64.random(in: 1...10 * Self.hour, using: &generator)
        }
        try connection.withTransaction { connection in
            try ResultRows.copy(truth.results, on: connection)
            try changes.write(careful: true, on: connection)
            try connection.query(
                "INSERT INTO processor_monitors (monitor, share, state, aggregates) VALUES (1, 0, '', $1)",
                [.bytes(open.encoded)]
            )
            for span in truth.spans {
                try connection.query(
                    "INSERT INTO spans VALUES (1, '', to_timestamp($1 / 1000.0), $2), (1, 'eu', to_timestamp($1 / 1000.0), $2)",
                    [.int(span.from), .text(span.state.rawValue)]
                )
            }
        }
        return truth
    }

    /// Holds a series to what the raw results and all spans say.
    private func check(_ series: Series, _ truth: Truth, region: String?, known: Int64, _ what: String) -> Bool {
        var sums: [Rollup] = .init(repeating: Rollup(), count: series.buckets.count)
        let range = series.range
        for result in truth.results where range.contains(result.slot) && region ?? result.region == result.region {
            sums[Int((result.slot - range.lowerBound) / series.width)].add(result)
        }
        for (index, (bucket, sum)) in zip(series.buckets, sums).enumerated() {
            #expect(bucket.checks == sum, "\(what), bucket \(index) of \(series.width) ms")
            // No spans were written of the other region.
            let spans = region == "us" ? [] : truth.spans
            let plain = Availability(spans: spans, window: bucket.window, known: known)
            #expect(bucket.availability == plain, "\(what), bucket \(index) of \(series.width) ms")
            guard bucket.checks == sum, bucket.availability == plain else { return false }
        }
        return true
    }

    @Test func `a series is what the raw results say`() throws {
        let seed = UInt64.random(in: 1...UInt64.max / 2)
        print("seed \(seed)")
        var generator = SplitMix(seed: seed)
        let connection = try self.books()
        let now = Self.start + 6 * Self.day + Int64.random(in: 0..<Self.day, using: &generator)
        let truth = try self.fill(connection, until: now, &generator)
        var sources: Set<RollupWidth?> = []
        for round in 0..<200 {
            let lengths = [Self.minute, Self.hour, Self.day, 7 * Self.day]
            let longest: Int64 = lengths.randomElement(using: &generator) ?? Self.hour
            let length = Int64.random(in: 1...longest, using: &generator)
            let to = Bool.random(using: &generator) ? now : now - Int64.random(in: 0...6 * Self.day, using: &generator)
            let points = Int.random(in: 1...(Bool.random(using: &generator) ? 5 : 150), using: &generator)
            let region = [nil, "eu", "us"].randomElement(using: &generator) ?? nil
            let known = Bool.random(using: &generator) ? now : now - Self.hour
            let series = try HistoryQueries.series(
                of: 1,
                region: region,
                over: to - length..<to,
                points: points,
                now: now,
                known: known,
                on: connection
            )
            sources.insert(series.source)
            #expect(series.buckets.count <= points + 1)
            #expect(series.range.lowerBound <= to - length && series.range.upperBound >= to)
            #expect(series.buckets.last.map { $0.window.upperBound <= max(now, to) } == true)
            guard self.check(series, truth, region: region, known: known, "seed \(seed) round \(round)") else { return }
        }
        #expect(sources.count == 4)
    }

    @Test func `what retention dropped is made of what is left`() throws {
        var generator = SplitMix(seed: 7)
        let connection = try self.books()
        let now = Self.start + 3 * Self.day
        let truth = try self.fill(connection, until: now, &generator)
        func series(_ points: Int) throws -> Series {
            try HistoryQueries.series(
                of: 1,
                over: Self.start..<now,
                points: points,
                now: now,
                known: now,
                on: connection
            )
        }
        #expect(try series(1_000).source == .minute)
        try connection.script(
            """
            UPDATE history_floor SET slot = '2026-11-12';
            DELETE FROM results WHERE slot < '2026-11-12'; DELETE FROM rollups_minute WHERE start < '2026-11-12'
            """
        )
        let hours = try series(1_000)
        #expect(hours.source == .hour && hours.width == Self.hour)
        #expect(self.check(hours, truth, region: nil, known: now, "hours"))
        try connection.script("DELETE FROM rollups_hour WHERE start < '2026-11-12 07:00Z'")
        let days = try series(1_000)
        #expect(days.source == .day && days.buckets.count == 3)
        #expect(self.check(days, truth, region: nil, known: now, "days"))
        // Of what is kept in full nothing is coarser.
        let late = try HistoryQueries.series(
            of: 1,
            over: now - Self.hour..<now,
            points: 1_000,
            now: now,
            known: now,
            on: connection
        )
        #expect(late.source == nil && late.width == 5_000)
    }
}
