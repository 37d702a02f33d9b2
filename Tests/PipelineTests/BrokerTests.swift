import Glibc
import Service
import TestServers
import Testing

extension PipelineTests {
    /// A real broker that is gone for a while: nobody is called down for it, and nothing is lost.
    @Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: RealKafka.isAvailable, "APUS_TEST_KAFKA is not set"))
    struct BrokerTests {
        @Test func `a Kafka that is killed and comes back loses nothing and alarms nobody`() throws {
            let kafka = try RealKafka()
            defer { kafka.stop() }
            let watched = try WatchedStack(.kafka(kafka))
            let end = MonotonicClock.millis + Int64(Self.outage * 1_000)
            kafka.kill()
            // Down and up again while nobody can know it, and one that stays down.
            usleep(1_000_000)
            watched.targets.answer(0, 503)
            watched.targets.answer(1, 503)
            let served = watched.targets.served
            usleep(4_000_000)
            watched.targets.answer(0, 200)
            Self.expectQuiet(watched, until: end)
            #expect(watched.targets.served > served + watched.monitors.count, "checks go on")
            try kafka.restart()
            let late = expectSoon("what is down is told", within: 20) {
                watched.inbox.distinct("incident.opened").contains {
                    $0.body["data", "monitor", "id"].integer == watched.monitors[1]
                }
            }
            print("the broker is back: the alert came \(late) s later")
            watched.targets.answer(1, 200)
            watched.expectAll("up", within: 20)
            try watched.expectTruth(within: 30)
            try watched.stack.stop()
        }

        @Test func `of three Kafka nodes one may die, and two stop the log but lose nothing`() throws {
            let kafka = try RealKafka(nodes: 3)
            defer { kafka.stop() }
            let watched = try WatchedStack(.kafka(kafka))
            kafka.kill(1)
            let times = watched.expectAlert(0, within: 15)
            print("one of three nodes dead: alert after \(times.down) s, all-clear after \(times.up) s")
            kafka.kill(2)
            Self.expectQuiet(watched, until: MonotonicClock.millis + Int64(Self.outage * 1_000))
            try kafka.restart(1)
            try kafka.restart(2)
            watched.expectAll("up", within: 30)
            watched.expectAlert(1, within: 15)
            try watched.expectTruth(within: 30)
            try watched.stack.stop()
        }

        /// Longer than the limit of a monitor in a full run, so that its status must become unknown.
        private static let outage: Double = Lengths.isFull ? 80 : 10

        /// Until then no incident is told, and no status is served that is older than its limit.
        private static func expectQuiet(_ watched: WatchedStack, until end: Int64) {
            let told = watched.inbox.notices.count { $0.type.hasPrefix("incident.") }
            while MonotonicClock.millis < end { usleep(50_000) }
            #expect(watched.inbox.notices.count { $0.type.hasPrefix("incident.") } == told, "no false alert")
            if Self.outage > 65 {
                #expect(watched.count("unknown") == watched.monitors.count, "a status too old is unknown")
            }
        }
    }
}
