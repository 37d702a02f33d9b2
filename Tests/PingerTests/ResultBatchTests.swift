import EventLoop
import Events
import Networking
import Service
import Synchronization
import TestServers
import Testing

@testable import Pinger

/// What waits for company on its way to the log, and what does not.
@Suite(.timeLimit(.minutes(1))) struct ResultBatchTests {
    /// A batch on a loop of its own, and the slots that it published.
    private final class Fixture: Sendable {
        let loop: EventLoop
        nonisolated(unsafe) let batch: ResultBatch
        private let published: Published

        private final class Published: Sendable {
            let slots = Mutex<[[Int64]]>([])
        }

        init() throws {
            let published = Published()
            self.published = published
            self.loop = try EventLoop(name: "batch")
            unsafe self.batch = ResultBatch(on: self.loop) { results in
                published.slots.withLock { $0.append(results.map(\.slot)) }
            }
            try self.loop.start()
        }

        deinit { self.loop.stop() }

        var slots: [[Int64]] { self.published.slots.withLock { $0 } }

        /// Adds results in one turn of the loop and says what had been published when it ended.
        func add(_ results: (slot: Int64, isNews: Bool)...) -> [[Int64]] {
            let seen = Mutex<[[Int64]]>([])
            let done = Wakeup()
            self.loop.submit {
                for result in results {
                    unsafe self.batch.add(
                        CheckResult(
                            monitor: 1,
                            region: "eu",
                            slot: result.slot,
                            startedAt: 0,
                            outcome: .up,
                            pinger: "test",
                            generation: 1
                        ),
                        isNews: result.isNews
                    )
                }
                seen.withLock { $0 = self.slots }
                done.raise()
            }
            done.wait()
            return seen.withLock { $0 }
        }
    }

    @Test func `news goes at once and takes along what waits, in order`() throws {
        let fixture = try Fixture()
        #expect(fixture.add((1, false), (2, false), (3, true), (4, true)) == [[1, 2, 3], [4]])
    }

    @Test func `what is no news waits for others, but not for long`() throws {
        let fixture = try Fixture()
        #expect(fixture.add((1, false), (2, false)) == [])
        #expect(eventually(within: .seconds(20)) { !fixture.slots.isEmpty })
        #expect(fixture.slots == [[1, 2]])
    }

    @Test func `no more wait than there is room for`() throws {
        let fixture = try Fixture()
        let results = (0..<Int64(ResultBatch.capacity)).map { (slot: $0, isNews: false) }
        for result in results.dropLast() { _ = fixture.add(result) }
        _ = fixture.add((slot: Int64(results.count), isNews: false))
        #expect(fixture.slots.flatMap { $0 }.count == results.count)
    }

    @Test func `each failure goes at once, and what stays well is gathered`() throws {
        let calls = Mutex<[[CheckResult]]>([])
        let failing = ScriptedTarget { _ in ScriptedTarget.answer(503) }
        let well = ScriptedTarget()
        defer {
            failing.stop()
            well.stop()
        }
        let engines = try Engines(
            count: 1,
            policy: .any,
            canaries: [],
            context: Engine.Context(
                region: "eu",
                pinger: "test",
                concurrency: 100,
                publish: { results in calls.withLock { $0.append(results) } },
                metrics: PingerMetrics(Metrics(), region: "eu")
            )
        )
        defer { engines.stop() }
        let monitors = (Int64(1)...30).map { Monitor.http($0, well.url(), interval: 1_000, updatedAt: 1) }
        engines.learn(monitors.map { .defined(Definition(monitor: $0, secrets: HTTPSecrets())) })
        #expect(eventually(within: .seconds(20)) { calls.withLock { $0.flatMap { $0 }.count } >= 150 })
        // The first of each is news; what follows is gathered five times a second.
        let gathered = calls.withLock { $0 }.filter { $0.count > 1 }
        #expect(!gathered.isEmpty)
        #expect(calls.withLock { $0.count } < 120)
        calls.withLock { $0 = [] }
        let failure = Monitor.http(99, failing.url(), threshold: 3, retryInterval: 100)
        engines.learn([.defined(Definition(monitor: failure, secrets: HTTPSecrets()))])
        #expect(
            eventually(within: .seconds(20)) { calls.withLock { $0.flatMap { $0 }.count { $0.monitor == 99 } } == 3 }
        )
        for call in calls.withLock({ $0 }) where call.contains(where: { $0.monitor == 99 }) {
            #expect(call.last?.monitor == 99)
        }
    }
}
