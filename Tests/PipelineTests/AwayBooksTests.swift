import Crypto
import Events
import Glibc
import Kafka
import Postgres
import Service
import TestServers
import Testing

extension PipelineTests {
    /// What befalls processor and alerter while PostgreSQL is away: their own end, and the loss of the log behind them.
    @Suite(.serialized, .timeLimit(.minutes(5))) struct AwayBooksTests {
        @Test func `processor and alerter killed while PostgreSQL is frozen start without it and catch up`() throws {
            let watched = try WatchedStack(.embedded)
            let frozen = Self.freezePostgres(watched.stack)
            watched.expectAlert(0, within: 8)
            try Self.killAndWait(watched.stack)
            // Nobody can tell of what happens now; it must not be forgotten.
            watched.targets.answer(1, 503)
            expectSoon("the log tells that monitor 1 is down", within: 8) {
                let down = watched.recorder.results.count {
                    $0.monitor == watched.monitors[1] && $0.outcome == .down
                }
                return down >= 2
            }
            Self.thaw(watched.stack, frozen)
            Self.expectNotice("incident.opened", of: 1, in: watched, within: 20)
            watched.targets.answer(1, 200)
            Self.expectNotice("incident.resolved", of: 1, in: watched, within: 10)
            try watched.expectTruth()
            try watched.stack.stop()
        }

        @Test func `what left the embedded broker while PostgreSQL was away is told, shown and marked as a gap`() throws
        {
            let watched = try WatchedStack(.embedded)
            let frozen = Self.freezePostgres(watched.stack)
            watched.expectAlert(0, within: 8)
            try Self.overflow(watched)
            watched.expectAlert(1, within: 8)
            Self.thaw(watched.stack, frozen)
            watched.expectAlert(2, within: 20)
            try watched.stack.settle(watched.recorder)
            defer { watched.stack.resume() }
            try Self.expectTruthBesideGaps(watched)
            try watched.stack.stop()
        }

        // MARK: PostgreSQL

        private static func freezePostgres(_ stack: Stack) -> [Int32] {
            let frozen = stack.postgresProcesses
            #expect(frozen.count > 4)
            for id in frozen { kill(id, SIGSTOP) }
            return frozen
        }

        private static func thaw(_ stack: Stack, _ frozen: [Int32]) {
            for id in frozen { kill(id, SIGCONT) }
            for id in stack.postgresProcesses { kill(id, SIGCONT) }
        }

        // MARK: Killed meanwhile

        /// Kills both and waits until their successors live, unready.
        private static func killAndWait(_ stack: Stack) throws {
            for program in ["processor", "alerter"] {
                let before = try #require(stack.healthAddress(of: program))
                #expect(stack.signal(SIGKILL, program) == 1)
                expectSoon("a new \(program) lives, unready", within: 10) {
                    guard let address = stack.healthAddress(of: program), address != before else { return false }
                    let api = APIClient(address)
                    return api.get("/livez")?.status == 200 && api.get("/readyz")?.status == 503
                }
            }
        }

        private static func expectNotice(
            _ type: String,
            of number: Int,
            in watched: WatchedStack,
            within seconds: Double,
            location: SourceLocation = #_sourceLocation
        ) {
            expectSoon("\(type) of monitor \(number) is told", within: seconds, location: location) {
                watched.inbox.distinct(type).contains {
                    $0.body["data", "monitor", "id"].integer == watched.monitors[number]
                }
            }
        }

        // MARK: A log that is too short

        /// Results of monitors that nobody knows push everything before them out of the log, slowly enough for readers.
        private static func overflow(_ watched: WatchedStack) throws {
            let stack = watched.stack
            let producer = try Producer(try stack.kafkaSettings())
            let strays = try (0..<watched.recorder.partitions).map { partition in
                try #require(
                    (1_000_000...1_001_000).first {
                        Partitioning.partition(of: $0, count: watched.recorder.partitions) == partition
                    }
                )
            }
            // 5 MiB are kept of each partition; random digits do not get smaller than half of them.
            let (turns, records, digits) = (10, 100, 14_000)
            for _ in 0..<turns {
                let before = try ["processor", "alerter"].map { try Self.stepped(stack, $0) }
                var sent: [OutgoingRecord] = []
                for stray in strays {
                    for _ in 0..<records { sent.append(Self.record(stray, padding: digits)) }
                }
                for report in try producer.deliver(sent, milliseconds: 20_000) { #expect(report.error == nil) }
                for (program, count) in zip(["processor", "alerter"], before) {
                    try expectSoon("the \(program) has read them", within: 20) {
                        try Self.stepped(stack, program) >= count + Double(sent.count)
                    }
                }
            }
        }

        private static func record(_ monitor: Int64, padding: Int) -> OutgoingRecord {
            let slot = unixMillis()
            let value =
                #"{"v":1,"monitor":\#(monitor),"region":"local","slot":\#(slot),"attempt":0,"startedAt":\#(slot),"#
                + #""outcome":"up","micros":{"total":1},"pinger":"p","generation":1,"#
                + #""padding":"\#(Hex.encode(SecureRandom.bytes(padding / 2)))"}"#
            return OutgoingRecord(topic: Topic.results, key: Array(String(monitor).utf8), value: Array(value.utf8))
        }

        /// How many records a process has stepped.
        private static func stepped(_ stack: Stack, _ program: String) throws -> Double {
            let address = try #require(stack.healthAddress(of: program))
            let metrics = try #require(APIClient(address).get("/metrics")).text
            let line = metrics.split(separator: "\n").first { $0.hasPrefix("apus_projection_records_total{") }
            return try #require(line?.split(separator: " ").last.flatMap { Double($0) })
        }

        /// Expects state, incidents, spans, sums and Redis to be the truth's, and of history exactly the gap to be missing.
        private static func expectTruthBesideGaps(_ watched: WatchedStack) throws {
            let truth = Truth([watched.recorder.entries], partitions: watched.recorder.partitions)
            let books = try Books(of: watched.stack)
            let gaps = try Self.gaps(books, of: "processor")
            let watchedPartitions = Set(
                watched.monitors.map { Partitioning.partition(of: $0, count: watched.recorder.partitions) }
            )
            #expect(Set(gaps.keys).isSuperset(of: watchedPartitions), "history lacks what left the log")
            #expect(Set(try Self.gaps(books, of: "alerter").keys).isSuperset(of: watchedPartitions))
            try books.expectState(truth)
            try books.expectIncidents(truth)
            try books.expectSpans(truth)
            try books.expectRollups(truth)
            try books.expectRedis(truth)
            expectTold(truth, watched.inbox)
            #expect(watched.inbox.notices.count == 6, "nothing is told twice")
            #expect(try books.count("SELECT count(*) FROM deliveries WHERE state <> 'delivered'") == 0)
            Self.expectResults(truth, books: try books.results(), gaps, watched.recorder.entries)
        }

        /// The stretches that memory alone went through, by partition.
        private static func gaps(_ books: Books, of projection: String) throws -> [Int: Range<Int64>] {
            let rows = try books.query(
                """
                SELECT partition, from_offset, to_offset FROM gaps
                WHERE projection = '\(projection)' AND kind = 'ahead' AND generation = to_generation
                """
            )
            return try rows.reduce(into: [:]) { $0[Int(try $1.int64(0))] = try $1.int64(1)..<$1.int64(2) }
        }

        /// Every result outside of the gaps is stored, and no other.
        private static func expectResults(
            _ truth: Truth,
            books stored: [Truth.Identity: Outcome],
            _ gaps: [Int: Range<Int64>],
            _ entries: [LogRecorder.Entry]
        ) {
            var known: Set<Truth.Identity> = []
            for entry in entries where gaps[entry.partition]?.contains(entry.offset) != true {
                guard entry.kind == nil, let value = entry.value, let result = try? CheckResult.decode(value.span)
                else { continue }
                known.insert(Truth.Identity(result))
            }
            let wanted = truth.results.filter { known.contains($0.key) }
            print("\(truth.results.count - wanted.count) of \(truth.results.count) results lie in a gap")
            #expect(wanted.count < truth.results.count)
            expectEqual("results", stored, wanted.mapValues(\.outcome))
        }
    }
}
