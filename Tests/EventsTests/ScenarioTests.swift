import NaiveModel
import TestServers
import Testing

@testable import Events

/// Scenes of the life of a monitor that need more than one rule.
@Suite struct ScenarioTests {
    private static func edited(
        _ monitor: Monitor,
        at time: Int64,
        generation: Int64 = 2,
        _ edit: (inout Monitor) -> Void
    ) -> Monitor {
        var monitor = monitor
        monitor.generation = generation
        monitor.updatedAt = Log.start + time
        edit(&monitor)
        return monitor
    }

    @Test func `a gap longer than the memory forgets failures and verdict`() {
        for gap in [Int64(600_000), 600_001] {
            var log = Log()
            log.pulse(0)
            log.define(Log.monitor(failureThreshold: 2))
            log.result(1_000, .down)
            log.pulses(10_000, 1_000 + gap)
            log.result(1_000 + gap, .down)
            #expect(log.opened.count == (gap > 600_000 ? 0 : 1))
        }
    }

    @Test func `one region suffices for any, all are needed for all`() {
        let cases: [(Quorum, State)] = [(.any, .down), (.all, .pending), (.count(1), .down), (.count(2), .pending)]
        for (quorum, expected) in cases {
            var log = Log()
            log.pulse(0)
            log.pulse(0, "us")
            log.define(Log.monitor(failureThreshold: 1, quorum: quorum))
            log.result(1_000, .up)
            log.result(1_000, .up, "us")
            log.result(11_000, .down)
            #expect(log.shown == expected)
            log.result(11_000, .down, "us")
            #expect(log.shown == .down)
        }
    }

    @Test func `with fewer regions than a numeric quorum the state is unknown`() {
        var log = Log()
        for region in ["eu", "us"] { log.pulse(0, region) }
        log.define(Log.monitor(failureThreshold: 1, quorum: .count(2)))
        for region in ["eu", "us"] { log.result(1_000, .up, region) }
        #expect(log.shown == .up)
        log.pulses(10_000, 31_000)
        log.result(31_000, .down)
        #expect(log.shown == .unknown)
        #expect(log.opened.isEmpty)
    }

    @Test func `an added region counts as not bad until its limit and then is left out`() {
        var log = Log()
        for region in ["eu", "us"] { log.pulse(0, region) }
        var monitor = Log.monitor(failureThreshold: 1)
        monitor.regions = ["eu"]
        log.define(monitor)
        log.result(1_000, .up)
        log.define(Self.edited(monitor, at: 2_000) { $0.regions = ["eu", "us"] }, at: 2_000)
        log.result(3_000, .down, generation: 2)
        #expect(log.shown == .pending)
        for time in stride(from: Int64(10_000), through: 170_000, by: 10_000) {
            log.pulses(time, time, ["eu", "us"])
            log.result(time, .down, generation: 2)
            #expect(log.shown == (time < 162_000 ? .pending : .down))
        }
    }

    @Test func `a removed region neither votes nor is shown any more`() {
        var log = Log()
        for region in ["eu", "us"] { log.pulse(0, region) }
        let monitor = Log.monitor(failureThreshold: 1, quorum: .any)
        log.define(monitor)
        log.result(1_000, .up)
        log.result(1_000, .down, "us")
        #expect(log.shown == .down)
        log.define(Self.edited(monitor, at: 2_000) { $0.regions = ["eu"] }, at: 2_000)
        #expect(log.shown == .up)
        #expect(log.status?.regions.map(\.region) == ["eu"])
        #expect(log.resolved.map(\.resolution) == [.recovered])
        #expect(log.spans("us").last?.1 == .unknown)
    }

    @Test func `enabled again after a pause a monitor is new and its old failures say nothing`() {
        var log = Log()
        log.pulse(0)
        let monitor = Log.monitor(failureThreshold: 2)
        log.define(monitor)
        log.result(1_000, .up)
        log.result(11_000, .down)
        log.define(Self.edited(monitor, at: 12_000) { $0.enabled = false }, at: 12_000)
        #expect(log.shown == .paused)
        log.pulses(20_000, 60_000)
        log.define(Self.edited(monitor, at: 61_000, generation: 3) { _ in }, at: 61_000)
        #expect(log.shown == .new)
        log.result(62_000, .down, generation: 3)
        #expect(log.shown == .pending)
        log.result(72_000, .up, generation: 3)
        #expect(log.shown == .up)
        #expect(log.opened.isEmpty)
        #expect(log.spans().map(\.1) == [.unknown, .up, .paused, .unknown, .up])
    }

    @Test func `degraded is a mark beside up and goes with the next fast answer`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .degraded)
        #expect(log.shown == .up)
        #expect(log.status?.degraded == true)
        log.result(11_000, .up)
        #expect(log.status?.degraded == false)
        #expect(log.spans().map(\.1) == [.unknown, .up])
    }

    @Test func `slots that turn out to be contiguous fill the unknown time back in`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        log.pulse(100_000, "push")
        #expect(log.shown == .unknown)
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown])
        log.pulse(101_000)
        log.result(61_000, .up, at: 102_000)
        log.result(121_000, .up, at: 121_000)
        #expect(log.shown == .up)
        #expect(log.spans().last?.1 == .up)
        #expect(log.spans().map(\.1).filter { $0 == .unknown }.count == 1)
    }

    @Test func `after an outage of the broker the backlog is judged by its own times`() throws {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 2))
        log.result(1_000, .up)
        for time in stride(from: Int64(10_000), through: 400_000, by: 10_000) {
            let share = Partitioning.share(of: 42)
            let pulse = Pulse(region: "eu", share: share, time: Log.start + time, pinger: "p")
            log.step(.pulse(pulse), at: 400_000)
            log.result(time, (100_000..<200_000).contains(time) ? .down : .up, at: 400_000)
        }
        #expect(log.shown == .up)
        let incident = try #require(log.resolved.first)
        #expect(log.opened.count == 1 && log.resolved.count == 1)
        #expect(incident.startedAt == Log.start + 100_000)
        #expect(incident.confirmedAt == Log.start + 110_000)
        #expect(incident.endedAt == Log.start + 200_000)
        #expect(log.spans().map(\.0) == [0, 1_000, 100_000, 200_000])
    }

    @Test func `a region whose clock is slow votes and disturbs no other`() {
        var log = Log()
        for time in stride(from: Int64(0), through: 120_000, by: 10_000) {
            let share = Partitioning.share(of: 42)
            log.pulse(time, "eu")
            let slow = Pulse(region: "us", share: share, time: Log.start + time - 20_000, pinger: "p")
            log.step(.pulse(slow), at: time)
            if time == 0 { log.define(Log.monitor(failureThreshold: 1)) }
            log.result(time, .up, "eu")
            log.result(time - 20_000, time < 60_000 ? .up : .down, "us", at: time)
        }
        #expect(log.state.time == Log.start + 120_000)
        #expect(log.shown == .pending)
        #expect(log.status?.regions.map(\.verdict) == [.good, .bad])
    }

    @Test func `a late result never changes state whatever came before`() {
        let seed = UInt64.random(in: 1...UInt64.max / 2)
        print("seed \(seed)")
        for sequence in 0..<UInt64(20) {
            var generator = SplitMix(seed: seed + sequence)
            var state = PartitionState(partition: 0, count: 1)
            var effects: [Effect] = []
            for entry in RandomRecords.sequence(seed: seed + sequence) {
                state.step(entry.record, timestamp: entry.timestamp, &effects)
                guard case .result(var late) = entry.record, let monitor = state.monitor(late.monitor),
                    let region = monitor.regions.first(where: { $0.name == late.region })
                else { continue }
                late.slot = min(region.slot - Int64.random(in: 1...100_000, using: &generator), state.time)
                late.outcome = late.outcome == .down ? .up : .down
                late.generation = monitor.generation
                var copy = state
                var others: [Effect] = []
                copy.step(.result(late), timestamp: entry.timestamp, &others)
                let isPaused = monitor.definition?.enabled == false
                #expect(others == [.judged(isPaused ? .paused : .late)], "seed \(seed + sequence)")
                #expect(copy.monitors == state.monitors && copy.shares == state.shares, "seed \(seed + sequence)")
            }
        }
    }

    @Test func `a push is not missed before its monitor was defined, however late the gateways' pulses come`() {
        var log = Log()
        let monitor = Log.monitor(failureThreshold: 1, check: .push(PushCheckSettings(grace: 0)))
        log.define(Self.edited(monitor, at: 600_000) { _ in }, at: 600_000)
        for time in [Int64(500_000), 520_000, 540_000, 560_000, 580_000] {
            let pulse = Pulse(region: "push", share: 0, time: Log.start + time, pinger: "g")
            log.step(.pulse(pulse), at: 700_000)
        }
        #expect(log.shown == .new)
    }

    @Test func `an outage is not unmade by a region that was good all along and votes again`() throws {
        var log = Log()
        log.pulse(0, "us")
        log.define(Log.monitor(failureThreshold: 1))
        log.result(0, .up, "us")
        log.pulses(10_000, 400_000)
        log.result(200_000, .down, at: 400_000)
        log.result(390_000, .down, at: 400_000)
        #expect(log.shown == .down)
        log.pulse(401_000, "us")
        log.result(401_000, .up, "us")
        #expect(log.shown == .pending)
        let incident = try #require(log.resolved.first)
        #expect(incident.startedAt == Log.start + 200_000)
        #expect(incident.endedAt == Log.start + 401_000)
    }

    @Test func `a region's failures on both sides of a gap leave the gap unknown`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 2))
        log.result(1_000, .down)
        log.pulses(10_000, 300_000)
        log.result(301_000, .down)
        #expect(log.spans("eu").map(\.0).suffix(3) == [1_000, 61_000, 301_000])
        #expect(log.spans("eu").map(\.1).suffix(3) == [.down, .unknown, .down])
    }

    @Test func `a region's unknown time is filled back in with what it last said`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1))
        log.result(1_000, .up)
        log.pulses(10_000, 180_000)
        #expect(log.spans("eu").map(\.1) == [.up, .unknown])
        log.result(61_000, .down, at: 181_000)
        #expect(log.spans("eu").map(\.0) == [1_000, 61_000])
        #expect(log.spans("eu").map(\.1) == [.up, .down])
    }

    @Test func `a slot that nobody checked stays unknown, however soon the next one was`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        log.pulses(10_000, 120_000)
        log.result(121_000, .up)
        #expect(log.shown == .up)
        #expect(log.spans("eu").map(\.0) == [1_000, 61_000, 121_000])
        #expect(log.spans("eu").map(\.1) == [.up, .unknown, .up])
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown, .up])
    }

    @Test func `an unknown result ends a region's sight where its last slot ended`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        log.pulses(10_000, 120_000)
        log.result(121_000, .unknown)
        #expect(log.spans("eu").map(\.0) == [1_000, 61_000])
        #expect(log.spans("eu").map(\.1) == [.up, .unknown])
    }
}
