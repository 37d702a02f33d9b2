import Testing

@testable import Events

/// What time counts as, by hand-written logs; the naive model is held against the same rules on random ones.
@Suite struct SpanTests {
    @Test func `a run of failures that is confirmed leaves each of its gaps unknown`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 3))
        log.result(1_000, .up)
        for time in [61_000, 181_000, 301_000] as [Int64] {
            log.pulse(time)
            log.result(time, .down)
            log.result(time + 60_000, .unknown)
        }
        log.pulse(421_000)
        log.result(421_000, .down)
        for region in ["", "eu"] {
            let spans = log.spans(region).drop { $0.1 == .unknown }
            #expect(spans.map(\.0) == [1_000, 61_000, 121_000, 181_000, 241_000, 301_000, 361_000, 421_000])
            #expect(spans.map(\.1) == [.up, .down, .unknown, .down, .unknown, .down, .unknown, .down])
        }
    }

    @Test func `what too few regions for a numeric quorum see stays unknown`() {
        var log = Log()
        log.pulses(0, 0, ["eu", "us"])
        log.define(Log.monitor(quorum: .count(2)))
        log.result(1_000, .up)
        log.result(1_000, .up, "us")
        log.pulses(10_000, 50_000)
        #expect(log.shown == .unknown)
        log.result(61_000, .up)
        log.pulses(70_000, 110_000, ["eu", "us"])
        log.result(121_000, .up)
        log.result(121_000, .up, "us")
        #expect(log.shown == .up)
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown, .up])
        #expect(log.spans().map(\.0) == [0, 1_000, 40_000, 70_000])
        #expect(log.spans("eu").map(\.1).contains(.unknown) == false)
    }

    @Test func `a slot owns the interval that it was planned with`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        var shorter = Log.monitor()
        shorter.interval = 5_000
        shorter.generation = 2
        shorter.updatedAt = Log.start + 20_000
        log.define(shorter, at: 20_000)
        log.pulse(200_000, "push")
        #expect(log.spans("eu").last.map { $0 == (61_000, .unknown) } == true)
    }

    @Test func `time between the last slot's end and a pause is unknown`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        log.pulse(90_000)
        var paused = Log.monitor()
        paused.enabled = false
        paused.generation = 2
        paused.updatedAt = Log.start + 100_000
        log.define(paused, at: 100_000)
        #expect(log.spans("eu").map(\.0) == [1_000, 61_000, 100_000])
        #expect(log.spans("eu").map(\.1) == [.up, .unknown, .paused])
    }

    @Test func `results of before a pause that come after it leave the pause alone`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        var monitor = Log.monitor()
        for (generation, time) in [(2, 100_000), (3, 200_000)] as [(Int64, Int64)] {
            monitor.enabled = generation == 3
            monitor.generation = generation
            monitor.updatedAt = Log.start + time
            log.define(monitor, at: time)
        }
        log.result(90_000, .up, generation: 3, at: 201_000)
        #expect(log.spans().map(\.1).prefix(3) == [.unknown, .paused, .unknown])
        #expect(log.spans("eu").allSatisfy { $0.0 >= 200_000 })
    }

    @Test func `a failure that nobody can judge is unknown, not up`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        log.pulses(10_000, 900_000)
        #expect(log.shown == .unknown)
        log.result(901_000, .down)
        log.pulses(910_000, 1_200_000)
        #expect(log.shown == .unknown)
        #expect(log.spans().map(\.0) == [0, 1_000, 61_000])
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown])
    }

    @Test func `failures of a region without pulses do not count as up`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        for slot in [401_000, 461_000, 521_000] as [Int64] { log.result(slot, .down) }
        #expect(log.shown == .unknown)
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown])
        #expect(log.spans("eu").map(\.1) == [.up, .unknown, .down, .unknown])
        log.pulse(570_000)
        #expect(log.shown == .down)
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown, .down, .unknown])
        #expect(log.spans().suffix(2).map(\.0) == [401_000, 581_000])
    }

    @Test func `a success that nobody can judge is unknown, and down once the same run of failures goes on`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1))
        log.result(1_000, .down)
        log.result(401_000, .up)
        #expect(log.shown == .unknown)
        #expect(log.spans().map(\.1) == [.unknown, .down, .unknown])
        log.result(461_000, .down)
        log.pulse(462_000)
        #expect(log.shown == .down)
        #expect(log.opened.count == 1)
        #expect(log.spans().map(\.1) == [.unknown, .down, .unknown, .down, .unknown])
        #expect(log.spans().suffix(2).map(\.0) == [401_000, 521_000])
    }

    @Test func `a row of state keeps at most about 64 gaps, and the newest are right`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        var sizes: [Int] = []
        for gap in 0..<400 as Range<Int64> {
            let slot = 1_000 + gap * 120_000
            log.pulse(slot)
            log.result(slot, .up)
            log.result(slot + 60_000, .unknown)
            sizes.append(log.state.monitor(42)?.encoded().count ?? 0)
        }
        #expect(sizes[399] < sizes[70] + 200)
        let newest = log.spans("eu").suffix(4)
        #expect(newest.map(\.1) == [.up, .unknown, .up, .unknown])
        #expect(newest.map(\.0) == [47_761_000, 47_821_000, 47_881_000, 47_941_000])
    }
}
