import Events
import Networking
import Service
import Synchronization
import TestServers
import Testing

@testable import Pinger

/// The engine with a real loop, real probes and targets that do as they are told.
@Suite(.timeLimit(.minutes(1))) struct EngineTests {
    private struct Identity: Hashable {
        let monitor: Int64
        let slot: Int64
        let attempt: Int
    }

    private func expectDistinct(_ results: [CheckResult], _ location: SourceLocation = #_sourceLocation) {
        let identities = results.map { Identity(monitor: $0.monitor, slot: $0.slot, attempt: $0.attempt) }
        #expect(Set(identities).count == identities.count, sourceLocation: location)
    }

    @Test func `slots of the grid are started on time`() throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let engine = try EngineFixture()
        engine.define(.http(42, target.url(), interval: 1_000, updatedAt: 1))
        let results = engine.results(3)
        try #require(results.count >= 3)
        let phase = Slot.phase(of: 42, interval: 1_000)
        for result in results {
            #expect(result.slot % 1_000 == phase)
            // A later start would have been skipped: the tolerance is a tenth of the timeout.
            #expect((0...80).contains(result.startedAt - result.slot))
            #expect(result.outcome == .up)
            #expect(result.attempt == 0)
            #expect(result.region == "eu" && result.pinger == "test" && result.generation == 1)
        }
        self.expectDistinct(results)
    }

    @Test func `a new and an edited monitor are checked at once`() throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let engine = try EngineFixture()
        let made = WallClock.millis
        engine.define(.http(1, target.url(), updatedAt: made))
        #expect(engine.results(1).map(\.slot) == [made])
        let edited = max(WallClock.millis, made + 1)
        engine.define(.http(1, target.url("/new"), updatedAt: edited, generation: 2))
        let results = engine.results(2)
        #expect(results.map(\.slot) == [made, edited])
        #expect(results.last?.generation == 2)
        #expect(target.requests.map(\.path) == ["/", "/new"])
    }

    @Test func `failures are repeated up to the threshold, and a check now begins anew`() throws {
        let target = ScriptedTarget { _ in ScriptedTarget.answer(503) }
        defer { target.stop() }
        let engine = try EngineFixture()
        let made = WallClock.millis
        engine.define(.http(1, target.url(), threshold: 3, retryInterval: 100, updatedAt: made))
        let first = engine.results(3)
        #expect(first.map(\.attempt) == [0, 1, 2])
        #expect(Set(first.map(\.slot)) == [made])
        #expect(first.allSatisfy { $0.outcome == .down && $0.reason == .status && $0.startedAt >= made })
        // Well after the fourth attempt, had there been one.
        let requested = WallClock.millis + 300
        engine.define(
            .http(1, target.url(), threshold: 3, retryInterval: 100, updatedAt: made, requested: requested)
        )
        let results = engine.results(4)
        #expect(results.last?.slot == requested)
        #expect(results.last?.attempt == 0)
        #expect((results.last?.startedAt ?? 0) >= requested)
        self.expectDistinct(results)
    }

    @Test func `slots that pass while a check runs are covered by it and counted`() throws {
        let target = ScriptedTarget { _ in [.wait(1_300)] + ScriptedTarget.ok("late") }
        defer { target.stop() }
        let engine = try EngineFixture()
        engine.define(.http(7, target.url(), interval: 1_000, timeout: 5_000, updatedAt: 1))
        let results = engine.results(2)
        try #require(results.count >= 2)
        #expect(results[1].slot - results[0].slot >= 2_000)
        #expect(engine.metrics.covered.value >= 1)
        self.expectDistinct(results)
    }

    @Test func `a monitor that goes away takes its running check with it`() throws {
        let silent = ScriptedTarget { _ in [.wait(60_000)] }
        let answering = ScriptedTarget()
        defer {
            silent.stop()
            answering.stop()
        }
        let engine = try EngineFixture()
        engine.define(.http(1, silent.url()))
        engine.define(.http(2, silent.url()))
        #expect(eventually(within: .seconds(10)) { silent.requests.count == 2 })
        #expect(engine.running == 2)
        engine.learn(.removed(monitor: 1))
        engine.learn(.dropped([Partitioning.share(of: 2)]))
        #expect(engine.running == 0)
        #expect(engine.metrics.monitors.value == 0)
        // The places of the two are taken by another, whose result is the only one.
        engine.define(.http(3, answering.url()))
        #expect(engine.results(1).map(\.monitor) == [3])
    }

    @Test func `only the shares that are given up are forgotten`() throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let engine = try EngineFixture()
        for id in Int64(1)...20 { engine.define(.http(id, target.url(), updatedAt: 1)) }
        let gone: Set<Int> = Set((Int64(1)...10).map(Partitioning.share))
        let stay = (Int64(1)...20).filter { !gone.contains(Partitioning.share(of: $0)) }
        engine.learn(.dropped(gone))
        #expect(engine.metrics.monitors.value == Double(stay.count))
        for id in stay { engine.define(.http(id, target.url())) }
        #expect(Set(engine.results(stay.count).map(\.monitor)) == Set(stay))
    }

    @Test func `a stale definition changes nothing`() throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let engine = try EngineFixture()
        let now = WallClock.millis
        engine.define(.http(1, target.url("/new"), updatedAt: now, generation: 3))
        engine.define(.http(1, target.url("/old"), updatedAt: now + 5, generation: 2))
        #expect(engine.results(1).first?.generation == 3)
        engine.define(.http(1, target.url("/new"), updatedAt: now, generation: 3, requested: WallClock.millis))
        #expect(engine.results(2).map(\.generation) == [3, 3])
        #expect(Set(target.requests.map(\.path)) == ["/new"])
    }

    @Test func `no more attempts run at once than are allowed`() throws {
        let target = ScriptedTarget { _ in [.wait(150)] + ScriptedTarget.ok("ok") }
        defer { target.stop() }
        let engine = try EngineFixture(concurrency: 2)
        for id in Int64(1)...6 { engine.define(.http(id, target.url())) }
        var most = 0
        let isDone = eventually(within: .seconds(20)) {
            most = max(most, engine.running)
            return engine.results.count == 6
        }
        #expect(isDone)
        #expect(most == 2)
        #expect(engine.running == 0)
        #expect(engine.metrics.running.value == 0)
        self.expectDistinct(engine.results)
    }

    // MARK: Evidence

    @Test func `a failure without an answer is unknown while no canary answers`() throws {
        let silent = ScriptedTarget { _ in [.wait(60_000)] }
        defer { silent.stop() }
        let engine = try EngineFixture(canaries: [silent.url("/canary")])
        let began = MonotonicClock.millis
        engine.define(.http(1, silent.url(), timeout: 200))
        let result = try #require(engine.results(1).first)
        #expect(result.outcome == .unknown)
        #expect(result.reason == .blind)
        #expect(result.detail == "no canary answered either (no answer in 200 ms)")
        // 200 ms of the check and at most 2 s of waiting.
        #expect(MonotonicClock.millis - began < 4_000)
        #expect(engine.running == 0)
    }

    @Test func `one canary that answers lets the failure stand`() throws {
        let silent = ScriptedTarget { _ in [.wait(60_000)] }
        let canary = ScriptedTarget { _ in ScriptedTarget.answer(500) }
        defer {
            silent.stop()
            canary.stop()
        }
        let engine = try EngineFixture(canaries: [silent.url("/canary"), canary.url()])
        engine.define(.http(1, silent.url(), timeout: 200))
        let result = try #require(engine.results(1).first)
        #expect(result.outcome == .down)
        #expect(result.reason == .timeout)
        #expect(canary.requests.count == 1)
    }

    @Test func `a pulse carries the newest verdict, not a good one of long ago`() throws {
        let isSilent = Mutex(false)
        let target = ScriptedTarget { _ in [.wait(60_000)] }
        let canary = ScriptedTarget { _ in
            isSilent.withLock { $0 } ? [.wait(60_000)] : ScriptedTarget.answer(200)
        }
        let published = Mutex(0)
        let context = Engine.Context(
            region: "eu",
            pinger: "test",
            concurrency: 10,
            publish: { results in published.withLock { $0 += results.count } },
            metrics: PingerMetrics(Metrics(), region: "eu")
        )
        let engines = try Engines(count: 2, policy: .any, canaries: [canary.url()], context: context)
        defer {
            engines.stop()
            target.stop()
            canary.stop()
        }
        // The second loop asks once, for this one's sake, and never again.
        let monitor = Monitor.http(1, target.url(), timeout: 200)
        engines.learn([.defined(Definition(monitor: monitor, secrets: HTTPSecrets()))])
        #expect(eventually(within: .seconds(20)) { published.withLock { $0 } == 1 })
        #expect(engines.canaryVerdict() == .good)
        isSilent.withLock { $0 = true }
        #expect(eventually(within: .seconds(20)) { engines.canaryVerdict() == .blind })
    }

    @Test func `a failure with an answer asks no canary`() throws {
        let target = ScriptedTarget { _ in ScriptedTarget.answer(503) }
        let canary = ScriptedTarget { _ in [.wait(60_000)] }
        defer {
            target.stop()
            canary.stop()
        }
        let engine = try EngineFixture(canaries: [canary.url()])
        engine.define(.http(1, target.url()))
        engine.define(.http(2, "http://127.0.0.1:\(LoopbackSocket.closedPort())/"))
        let results = engine.results(2)
        #expect(results.map(\.outcome) == [.down, .down])
        #expect(Set(results.map(\.reason)) == [.status, .refused])
        #expect(canary.requests.isEmpty)
    }

    @Test func `a monitor removed while a canary is asked is not counted twice`() throws {
        let silent = ScriptedTarget { _ in [.wait(60_000)] }
        let answering = ScriptedTarget()
        defer {
            silent.stop()
            answering.stop()
        }
        let engine = try EngineFixture(canaries: [silent.url("/canary")])
        engine.define(.http(1, silent.url(), timeout: 100))
        #expect(eventually(within: .seconds(10)) { silent.requests.contains { $0.path == "/canary" } })
        engine.learn(.removed(monitor: 1))
        #expect(engine.running == 0)
        // The canary's round has ended when the one begun for the next doubt has.
        engine.define(.http(2, silent.url(), timeout: 100))
        #expect(engine.results(1).map(\.monitor) == [2])
        #expect(engine.running == 0)
    }
}
