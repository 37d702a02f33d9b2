import Testing

@testable import Events

@Suite struct StepTests {
    @Test func `a new monitor is up at its first success and nobody is told`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        #expect(log.shown == .new)
        log.result(1_000, .up)
        #expect(log.shown == .up)
        #expect(log.opened.isEmpty && log.resolved.isEmpty)
        #expect(log.spans().map(\.0) == [0, 1_000])
        #expect(log.spans().map(\.1) == [.unknown, .up])
    }

    @Test func `attempts count to the threshold and the incident starts at the first failure`() throws {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        log.pulses(10_000, 60_000)
        log.result(61_000, .down)
        #expect(log.shown == .pending)
        log.result(61_000, .down, attempt: 1, at: 71_000)
        log.result(61_000, .down, attempt: 2, at: 81_000)
        #expect(log.shown == .down)
        let incident = try #require(log.opened.first)
        #expect(log.opened.count == 1)
        #expect(incident.startedAt == Log.start + 61_000)
        #expect(incident.regions == ["eu"])
        #expect(incident.reason == .status)
        #expect(log.spans().map(\.0) == [0, 1_000, 61_000])
    }

    @Test func `recovery needs its successes in a row and ends at the first of them`() throws {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1))
        log.result(1_000, .down)
        #expect(log.shown == .down)
        log.result(11_000, .up)
        #expect(log.shown == .recovering)
        log.result(21_000, .down)
        #expect(log.shown == .down)
        log.pulse(25_000)
        log.result(31_000, .up)
        log.result(41_000, .up)
        #expect(log.shown == .up)
        #expect(log.opened.count == 1)
        let incident = try #require(log.resolved.first)
        #expect(incident.endedAt == Log.start + 31_000)
        #expect(incident.resolution == .recovered)
        #expect(log.spans().map(\.1) == [.unknown, .down, .up])
    }

    @Test func `a late result never changes state and a duplicate is called so`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1))
        log.result(20_000, .up)
        let before = log.state.monitor(42)
        #expect(log.result(10_000, .down, at: 21_000) == [.judged(.late)])
        #expect(log.result(20_000, .down, at: 22_000) == [.judged(.duplicate)])
        #expect(log.state.monitor(42) == before)
    }

    @Test func `two of three regions are a majority`() throws {
        var log = Log()
        for region in ["eu", "us", "as"] { log.pulse(0, region) }
        log.define(Log.monitor(failureThreshold: 1))
        for region in ["eu", "us", "as"] { log.result(1_000, .up, region) }
        log.result(11_000, .down, "eu")
        #expect(log.shown == .pending)
        log.result(13_000, .down, "us")
        #expect(log.shown == .down)
        let incident = try #require(log.opened.first)
        #expect(incident.startedAt == Log.start + 13_000)
        #expect(incident.regions == ["eu", "us"])
    }

    @Test func `unknown results move the watermark, leave the counters and are unknown time`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 2))
        log.result(1_000, .up)
        log.result(11_000, .down)
        log.result(21_000, .unknown)
        #expect(log.shown == .pending)
        #expect(log.spans().map(\.1) == [.unknown, .up, .unknown])
        log.pulse(25_000)
        log.result(31_000, .down)
        #expect(log.shown == .down)
        #expect(log.result(21_000, .up, at: 32_000) == [.judged(.late)])
        #expect(log.spans().map(\.0) == [0, 1_000, 11_000, 21_000, 31_000])
        #expect(log.spans().map(\.1) == [.unknown, .up, .down, .unknown, .down])
    }

    @Test func `with all pingers gone the state is unknown, the incident stays open and its return is silent`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1))
        log.result(1_000, .down)
        log.pulse(300_000, "push")
        #expect(log.shown == .unknown)
        #expect(log.status?.incident != nil)
        log.pulse(310_000)
        #expect(log.shown == .unknown)
        log.result(311_000, .down)
        #expect(log.shown == .down)
        #expect(log.opened.count == 1 && log.resolved.isEmpty)
        #expect(log.spans().map(\.0) == [0, 1_000, 61_000, 311_000])
        #expect(log.spans().map(\.1) == [.unknown, .down, .unknown, .down])
    }

    @Test func `pausing and deleting close the incident`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1))
        log.result(1_000, .down)
        var paused = Log.monitor(failureThreshold: 1)
        paused.enabled = false
        paused.generation = 2
        paused.updatedAt = Log.start + 5_000
        log.define(paused, at: 5_000)
        #expect(log.shown == .paused)
        #expect(log.resolved.map(\.resolution) == [.paused])
        #expect(log.result(6_000, .up, generation: 2) == [.judged(.paused)])
        log.step(.change(.deleted(monitor: 42, generation: 3, at: Log.start + 9_000)), at: 9_000)
        #expect(log.shown == nil)
        #expect(log.define(paused, at: 10_000).isEmpty)
        #expect(log.result(11_000, .up, generation: 2) == [.judged(.deletedMonitor)])
        #expect(log.result(11_000, .up, monitor: 7) == [.judged(.unknownMonitor)])
    }

    @Test func `a new generation keeps counters unless the target changed`() {
        for changes in [false, true] {
            var log = Log()
            log.pulse(0)
            log.define(Log.monitor(failureThreshold: 2))
            log.result(1_000, .up)
            log.result(11_000, .down)
            var edited = Log.monitor(failureThreshold: 2)
            edited.generation = 2
            edited.updatedAt = Log.start + 12_000
            if changes { edited.target = "other:80" } else { edited.name = "Store" }
            log.define(edited, at: 12_000)
            #expect(log.result(13_000, .down, generation: 1) == [.judged(.staleGeneration)])
            log.result(21_000, .down, generation: 2)
            #expect(log.shown == (changes ? .pending : .down))
        }
    }

    @Test func `a blind pulse annuls only failures in which nothing answered`() {
        var log = Log()
        log.pulse(0, canary: .blind)
        log.define(Log.monitor(failureThreshold: 1))
        #expect(log.result(1_000, .down, reason: .timeout).first == .judged(.annulled) || log.shown == .new)
        #expect(log.shown == .new)
        log.result(2_000, .down, reason: .refused)
        #expect(log.shown == .down)
    }

    @Test func `a push that does not come is missed, but only while gateways hear`() {
        var log = Log()
        let check = CheckSettings.push(PushCheckSettings(grace: 5_000))
        log.pulse(0, "push")
        log.define(Log.monitor(failureThreshold: 1, check: check))
        log.step(.push(Push(monitor: 42, at: Log.start + 1_000, gateway: "g")), at: 1_000)
        #expect(log.shown == .up)
        log.pulses(10_000, 60_000, ["push"])
        #expect(log.shown == .up)
        log.pulse(70_000, "push")
        #expect(log.shown == .down)
        #expect(log.opened.first?.startedAt == Log.start + 66_000)
        log.pulse(200_000, "push")
        let missed = log.effects.filter {
            if case .derived(let result, _) = $0 { result.reason == .missed } else { false }
        }
        #expect(missed.count == 1)
    }

    @Test func `reminders run by the partition's time and an acknowledgement stops them`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor(failureThreshold: 1, reminder: 300_000))
        for slot in stride(from: Int64(1_000), through: 1_000_000, by: 10_000) {
            log.pulse(slot - 500)
            log.result(slot, .down)
            guard slot == 701_000 else { continue }
            let action = Action(monitor: 42, verb: .acknowledge, person: "eva", at: Log.start + slot)
            log.step(.action(action), at: slot)
        }
        let numbers = log.effects.compactMap { if case .reminded(_, let number) = $0 { number } else { nil } }
        #expect(numbers == [1, 2])
        #expect(log.status?.incident?.acknowledgedAt == Log.start + 701_000)
    }

    @Test func `one clock that is ahead moves nothing`() {
        var log = Log()
        log.pulse(0)
        log.define(Log.monitor())
        log.result(1_000, .up)
        let share = Partitioning.share(of: 42)
        let wrong = Pulse(region: "us", share: share, time: Log.start + 3_600_000, pinger: "p")
        log.step(.pulse(wrong), at: 2_000)
        #expect(log.state.time == Log.start + 2_000)
        #expect(log.shown == .up)
    }
}
