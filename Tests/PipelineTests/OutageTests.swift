import Glibc
import Redis
import Service
import TestServers
import Testing

extension PipelineTests {
    /// PostgreSQL and Redis frozen, killed and emptied: checks and alerts go on, and the books are settled afterwards.
    @Suite(.serialized, .timeLimit(.minutes(10))) struct OutageTests {
        @Test func `outages of PostgreSQL and Redis lose nothing on the embedded broker`() throws {
            try Self.run(.embedded)
        }

        @Test(
            .enabled(if: RealKafka.isAvailable, "APUS_TEST_KAFKA is not set"),
            .enabled(if: Lengths.isFull, "APUS_TEST_FULL is not set")
        )
        func `outages of PostgreSQL and Redis lose nothing on a real Kafka`() throws {
            let kafka = try RealKafka()
            defer { kafka.stop() }
            try Self.run(.kafka(kafka))
        }

        private static func run(_ broker: Broker) throws {
            let watched = try WatchedStack(broker)
            try Self.freezePostgres(watched)
            try Self.killPostgres(watched)
            try Self.freezeRedis(watched)
            try Self.killAndFlushRedis(watched)
            try watched.stack.stop()
        }

        /// Status and alerts go on, also when a pinger and the gateway are killed meanwhile.
        private static func freezePostgres(_ watched: WatchedStack) throws {
            let end = MonotonicClock.millis + Int64(Lengths.outage * 1_000)
            let frozen = watched.stack.postgresProcesses
            #expect(frozen.count > 4)
            for id in frozen { kill(id, SIGSTOP) }
            let times = watched.expectAlert(0, within: 8)
            print("PostgreSQL frozen: alert after \(times.down) s, all-clear after \(times.up) s")
            expectSoon("its state is served", within: 2) { watched.api.state(of: watched.monitors[0]) == "up" }
            watched.stack.signal(SIGKILL, "pinger")
            watched.stack.signal(SIGKILL, "gateway")
            expectSoon("the new gateway serves status", within: 8) { watched.count("up") == watched.monitors.count }
            let served = watched.targets.served
            while MonotonicClock.millis < end { usleep(50_000) }
            expectSoon("checks go on", within: 10) { watched.targets.served > served + watched.monitors.count }
            for id in frozen { kill(id, SIGCONT) }
            for id in watched.stack.postgresProcesses { kill(id, SIGCONT) }
            try watched.expectTruth()
        }

        private static func killPostgres(_ watched: WatchedStack) throws {
            let end = MonotonicClock.millis + Int64(Lengths.outage * 1_000)
            let keepDown = DedicatedThread("kill-postgres") { [apus = watched.stack.processID] in
                while MonotonicClock.millis < end {
                    for server in Stack.children(of: apus, "postgres") {
                        for id in processes(under: server) + [server] { kill(id, SIGKILL) }
                    }
                    usleep(50_000)
                }
            }
            let times = watched.expectAlert(1, within: 8)
            print("PostgreSQL killed: alert after \(times.down) s, all-clear after \(times.up) s")
            expectSoon("its state is served", within: 2) { watched.api.state(of: watched.monitors[1]) == "up" }
            keepDown.join()
            expectSoon("PostgreSQL is back", within: 15) { (try? Books(of: watched.stack)) != nil }
            try watched.expectTruth()
        }

        private static func freezeRedis(_ watched: WatchedStack) throws {
            let end = MonotonicClock.millis + Int64(Lengths.outage / 2 * 1_000)
            watched.stack.signal(SIGSTOP, "redis-server")
            let times = watched.expectAlert(2, within: 8)
            print("Redis frozen: alert after \(times.down) s, all-clear after \(times.up) s")
            #expect(watched.count("up") != nil, "status is served")
            while MonotonicClock.millis < end { usleep(50_000) }
            watched.stack.signal(SIGCONT, "redis-server")
            try watched.expectTruth()
        }

        private static func killAndFlushRedis(_ watched: WatchedStack) throws {
            watched.stack.signal(SIGKILL, "redis-server")
            watched.expectAlert(3, within: 8)
            watched.expectAll("up", within: 10)
            try watched.expectTruth()
            expectSoon("Redis is emptied", within: 5) {
                guard let redis = try? watched.stack.redis() else { return false }
                return (try? redis.command("FLUSHALL")) != nil
            }
            watched.expectAlert(4, within: 8)
            watched.expectAll("up", within: 10)
            try watched.expectTruth()
        }
    }
}
