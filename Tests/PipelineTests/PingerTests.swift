import Events
import Glibc
import Service
import TestServers
import Testing

extension PipelineTests {
    /// Two pingers of one region: they share, they stand in for each other, and without any nobody is called down.
    @Suite(.serialized, .timeLimit(.minutes(5))) struct SharingTests {
        @Test func `pingers share the work, stand in for each other, and prove nothing when all are dead`() throws {
            let watched = try WatchedStack(.embedded, regions: ["eu", "eu"], monitors: 12)
            Self.expectShared(watched, within: 10)
            try Self.loseOne(watched, "killed") { id in
                kill(id, SIGKILL)
                return {}
            }
            Self.expectShared(watched, within: 20)
            try Self.loseOne(watched, "frozen") { id in
                kill(id, SIGSTOP)
                return { kill(id, SIGCONT) }
            }
            Self.expectShared(watched, within: 20)
            #expect(watched.inbox.notices.isEmpty, "nobody is alarmed")
            try watched.expectTruth()
            try Self.loseAll(watched)
            try watched.stack.stop()
        }

        /// Waits until both pingers have published within the last three seconds.
        private static func expectShared(_ watched: WatchedStack, within seconds: Double) {
            let time = expectSoon("both pingers check", within: seconds) {
                let recent = unixMillis() - 3_000
                return Set(watched.recorder.results.filter { $0.startedAt > recent }.map(\.pinger)).count == 2
            }
            print("two pingers share after \(time) s")
        }

        /// Takes a pinger away for 16 s; every monitor is checked again soon enough.
        private static func loseOne(
            _ watched: WatchedStack,
            _ how: String,
            _ lose: (Int32) -> (() -> Void)
        ) throws {
            let start = unixMillis()
            let giveBack = lose(try #require(watched.stack.processes("pinger").first))
            usleep(16_000_000)
            giveBack()
            usleep(1_500_000)
            let gap = watched.longestGap(since: start)
            print("one pinger \(how): the longest time without a check was \(gap) s")
            #expect(gap <= 13)
        }

        /// Every status becomes unknown and no monitor is called down, whatever it answers.
        private static func loseAll(_ watched: WatchedStack) throws {
            watched.targets.answer(0, 503)
            watched.stack.signal(SIGSTOP, "pinger")
            // A region is silent 30 s after its last pulse, and a gateway's pulse tells the time each 10 s: sooner than
            // the limit, which is 61.8 s for a monitor of interval 1.
            let time = watched.expectAll("unknown", within: 50)
            print("all pingers frozen: every status is unknown after \(time) s")
            #expect(watched.inbox.notices.isEmpty, "nobody is alarmed")
            watched.targets.answer(0, 200)
            watched.stack.resume()
            watched.expectAll("up", within: 25)
            #expect(watched.inbox.notices.isEmpty, "nobody is alarmed")
            try watched.expectTruth()
        }
    }
}
