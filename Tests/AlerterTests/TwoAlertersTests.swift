import Events
import Glibc
import Postgres
import PrivateServers
import Service
import TestServers
import Testing

@testable import Alerter

/// Two alerters beside each other: what one leaves, the other finishes, and nobody hears it twice.
@Suite(.timeLimit(.minutes(2))) struct TwoAlertersTests {
    @Test(arguments: [true, false])
    func `what an alerter leased and never sent is sent by another once the lease is over`(isFrozen: Bool) throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        try world.result(.up)
        let first = try world.spawn(instance: "a", faultAt: isFrozen ? "after_lease:1:stop" : "after_lease:1")
        defer { first.signal(SIGKILL) }
        try world.result(.down)
        #expect(
            eventually(within: .seconds(20)) {
                (try? world.number("SELECT count(*) FROM deliveries WHERE lease_owner LIKE 'a/%'")) == 1
            }
        )
        #expect(eventually(within: .seconds(5)) { isFrozen ? world.isStopped(first) : first.exit == .status(137) })
        let promised = try world.query("SELECT webhook_id FROM deliveries")[0].text(0)
        let second = try world.spawn(instance: "b")
        defer { _ = second.end(patience: .seconds(5)) }
        #expect(eventually(within: .seconds(20)) { world.holders == ["b"] })
        #expect(world.types().isEmpty, "the lease is respected")
        world.expect([opened], within: .milliseconds(Lease.length + 10_000))
        #expect(world.receiver.notices().map(\.id) == [promised])
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
        first.signal(SIGCONT)
        // The one that wakes up finds its partitions taken, and takes part again; what it once leased it does not send.
        try world.result(.up)
        world.expect([opened, resolved], within: .seconds(20))
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 2 })
        #expect(try world.number("SELECT count(*) FROM incidents") == 1)
    }

    @Test(.enabled(if: RealKafka.isAvailable, "APUS_TEST_KAFKA is not set"))
    func `alerters of a group share a real Kafka's log, and one that dies is stood in for`() throws {
        let kafka = try RealKafka()
        defer { kafka.stop() }
        let world = try AlerterWorld(real: kafka)
        let monitors: ClosedRange<Int64> = 1...12
        try world.channel(1)
        for id in monitors {
            try world.monitor(id)
            try world.result(.up, of: id)
        }
        let first = try world.spawn(instance: "a", isGrouped: true)
        defer { _ = first.end(patience: .seconds(5)) }
        let second = try world.spawn(instance: "b", isGrouped: true)
        defer { _ = second.end(patience: .seconds(5)) }
        #expect(eventually(within: .seconds(30)) { world.holders == ["a", "b"] })
        for id in monitors { try world.result(.down, of: id) }
        #expect(eventually(within: .seconds(10)) { world.deliveries("delivered") == 12 }, "came: \(world.types())")
        first.signal(SIGKILL)
        for id in monitors { try world.result(.up, of: id) }
        #expect(eventually(within: .seconds(30)) { world.deliveries("delivered") == 24 }, "came: \(world.types())")
        #expect(world.holders == ["b"])
        let ids = world.receiver.notices().map(\.id)
        #expect(ids.count == 24 && Set(ids).count == 24, "everything is told once")
        #expect(try world.number("SELECT count(*) FROM incidents WHERE ended_ms IS NOT NULL") == 12)
    }
}

extension AlerterWorld {
    /// Who has taken the partitions.
    fileprivate var holders: Set<String> {
        let rows = try? self.query("SELECT DISTINCT taken_by FROM positions WHERE taken_by IS NOT NULL")
        return Set(rows?.compactMap { try? $0.text(0) } ?? [])
    }

    /// Whether the process stands still.
    fileprivate func isStopped(_ process: ChildProcess) -> Bool {
        readText(path: "/proc/\(process.id)/stat")?.contains(") T ") == true
    }
}
