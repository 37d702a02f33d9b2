import Crypto
import Events
import Glibc
import Kafka
import PrivateServers
import Service
import TestServers
import Testing

@testable import Pinger

/// The program itself on the embedded broker; one at a time, as each needs the group's join of 3 to 5 s.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PingerProcessTests {
    @Test func `definitions become results and pulses, and what can't be read is counted`() throws {
        let world = try PingerWorld()
        let target = ScriptedTarget()
        defer { target.stop() }
        let monitors = (Int64(1)...12).map { Monitor.http($0, target.url("/\($0)"), interval: 1_000, generation: 4) }
        try world.define(monitors)
        var foreign = Monitor.http(13, target.url("/foreign"), interval: 1_000)
        foreign.check = .http(HTTPCheckSettings(sealed: Base64.encode(SecretKey().seal(Array("{}".utf8)))))
        try world.define([foreign])
        try world.write(14, Array("no definition".utf8))
        let pinger = try world.start("a")
        let isDone = try world.reads(.seconds(30)) {
            Set(world.results.filter { $0.slot % 1_000 == Slot.phase(of: $0.monitor, interval: 1_000) }.map(\.monitor))
                .count == 12 && world.shares(of: "a").count == Topic.shares
        }
        try #require(isDone, "\(world.log(of: "a"))")
        #expect(world.results.allSatisfy { $0.monitor <= 12 && $0.outcome == .up && $0.generation == 4 })
        #expect(world.results.allSatisfy { $0.region == "eu" && $0.pinger == "a" })
        let identities = world.results.map { "\($0.monitor) \($0.slot) \($0.attempt)" }
        #expect(Set(identities).count == identities.count)
        for (pulse, partition) in zip(world.pulses, world.pulsePartitions) {
            #expect(partition == pulse.share % Topic.embeddedPartitions)
            #expect(pulse.region == "eu" && pulse.canary == .none)
        }
        #expect(world.metric("apus_pinger_refused_definitions_total", of: "a") == 2)
        #expect(!world.log(of: "a").contains("/foreign"))

        try world.write(1, nil)
        #expect(eventually(within: .seconds(10)) { world.metric("apus_pinger_monitors", of: "a") == 11 })

        let began = MonotonicClock.millis
        pinger.signal(SIGTERM)
        #expect(pinger.wait(.seconds(12)) == .status(0))
        #expect(MonotonicClock.millis - began < 10_000)
    }

    @Test func `two share the work, and neither a freeze nor a death leaves a gap or a false alarm`() throws {
        let world = try PingerWorld()
        // A third of the checks are always under way when something happens.
        let target = ScriptedTarget { _ in [.wait(300)] + ScriptedTarget.ok("ok") }
        defer { target.stop() }
        let ids = Array(Int64(1)...48)
        try world.define(ids.map { .http($0, target.url("/\($0)"), interval: 1_000) })
        let first = try world.start("a")
        try #require(try world.reads(.seconds(20)) { world.shares(of: "a").count == Topic.shares })

        var mark = world.pulses.count
        var began = MonotonicClock.millis
        let second = try world.start("b")
        try #require(try world.reads(.seconds(20)) { world.shares(of: "b", since: mark).count == Topic.shares / 2 })
        let sharing = MonotonicClock.millis - began
        print("sharing took \(sharing) ms")
        #expect(sharing < 10_000, "sharing took \(sharing) ms")

        // Frozen: the other takes all over.
        mark = world.pulses.count
        var start = WallClock.millis
        began = MonotonicClock.millis
        second.signal(SIGSTOP)
        try #require(try world.reads(.seconds(20)) { world.shares(of: "a", since: mark).count == Topic.shares })
        try #require(try world.reads(.seconds(5)) { self.isCheckedSince(ids, WallClock.millis - 1_500, world) })
        let frozen = world.longestGap(of: ids, from: start)
        #expect(frozen <= 13_000, "unchecked for \(frozen) ms")

        // Woken up as a zombie: it goes on with what it had, and then shares again.
        mark = world.pulses.count
        second.signal(SIGCONT)
        try #require(
            try world.reads(.seconds(20)) {
                world.shares(of: "b", since: mark).count >= Topic.shares / 2
                    && world.metric("apus_pinger_shares", of: "a") == Double(Topic.shares / 2)
            }
        )

        // Killed: the other takes all over again.
        mark = world.pulses.count
        start = WallClock.millis
        first.signal(SIGKILL)
        try #require(try world.reads(.seconds(20)) { world.shares(of: "b", since: mark).count == Topic.shares })
        try #require(try world.reads(.seconds(5)) { self.isCheckedSince(ids, WallClock.millis - 1_500, world) })
        let killed = world.longestGap(of: ids, from: start)
        #expect(killed <= 13_000, "unchecked for \(killed) ms")
        print("longest gap: frozen \(frozen) ms, killed \(killed) ms")

        // A loaded machine may make a check slow, but nothing may look down.
        let wrong = world.results.filter { $0.outcome == .down }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
    }

    @Test func `checks go on while the broker is away, and their results arrive`() throws {
        let world = try PingerWorld()
        let target = ScriptedTarget()
        defer { target.stop() }
        try world.define((Int64(1)...4).map { .http($0, target.url(), interval: 1_000) })
        _ = try world.start("a")
        try #require(try world.reads(.seconds(20)) { Set(world.results.map(\.monitor)).count == 4 })
        world.broker.goDown()
        let gone = WallClock.millis
        let before = target.requests.count
        try #require(eventually(within: .seconds(20)) { target.requests.count >= before + 20 })
        let back = WallClock.millis
        world.broker.comeUp()
        let slots = (gone / 1_000 + 1)..<(back / 1_000 - 1)
        #expect(!slots.isEmpty)
        let isWhole = try world.reads(.seconds(20)) {
            (Int64(1)...4).allSatisfy { id in
                // A busy machine may have started some too late, which skips them.
                let seen = Set(world.results.filter { $0.monitor == id }.map { $0.slot / 1_000 })
                return slots.filter(seen.contains).count * 3 >= slots.count * 2
            }
        }
        #expect(isWhole)
        #expect(world.results.allSatisfy { $0.outcome != .down })
    }

    private func isCheckedSince(_ ids: [Int64], _ time: Int64, _ world: PingerWorld) -> Bool {
        Set(world.results.suffix(500).filter { $0.startedAt >= time }.map(\.monitor)).isSuperset(of: ids)
    }
}
