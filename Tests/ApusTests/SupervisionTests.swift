import Glibc
import PrivateServers
import Service
import Synchronization
import TestServers
import Testing

@testable import Apus

@Suite struct SupervisionTests {
    @Test func `restarts slow down while a process keeps ending, and not after a healthy while`() {
        var policy = RestartPolicy()
        var most = MostRandom()
        let pauses = (0..<8).map { _ in policy.pause(afterRunning: 10, using: &most) }
        #expect(pauses == [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
        #expect(policy.pause(afterRunning: RestartPolicy.healthyAfter, using: &most) == 200)
    }

    @Test func `a child that stands still is killed and started again`() throws {
        let folder = TestFolder.make("liveness")
        let isWell = Atomic(true)
        let health = ScriptedTarget { _ in
            isWell.load(ordering: .relaxed) ? ScriptedTarget.answer(200) : [.wait(60_000)]
        }
        defer { health.stop() }
        let line = #"{"time":"2026-11-21T01:30:00.123Z","message":"started","health":"127.0.0.1:\#(health.port)"}"#
        let script = "echo $$ >> \(folder)/starts; echo '\(line)'; exec sleep 60"
        let process = SupervisedProcess(
            name: "child",
            command: ChildCommand("/bin/sh", ["-c", script]),
            log: MergedLog(rendering: LogRendering(isJSON: false, isColoured: false, width: 9)),
            liveness: Liveness(interval: 50, patience: 500)
        )
        process.start()
        defer { process.finishStop(deadline: MonotonicClock.millis + 5_000) }
        defer { process.requestStop() }
        func starts() -> Int { readText(path: "\(folder)/starts")?.split(separator: "\n").count ?? 0 }
        #expect(eventually { health.accepted > 20 })
        #expect(starts() == 1, "who answers is left alone")
        isWell.store(false, ordering: .relaxed)
        #expect(eventually { starts() == 2 })
        isWell.store(true, ordering: .relaxed)
        let accepted = health.accepted
        #expect(eventually { health.accepted > accepted + 20 })
        #expect(starts() == 2)
    }

    @Test func `a freeze of the supervisor itself proves nothing against a child`() {
        var liveness = Liveness()
        func isOver(_ isAlive: Bool, _ now: Int64) -> Bool { liveness.isOver(isAlive: isAlive, now: now) }
        #expect(!isOver(false, 0))
        #expect(!isOver(false, 600_000))
        #expect(!isOver(true, 602_000))
        for number in Int64(0)..<30 { #expect(!isOver(false, 700_000 + number * 2_000)) }
        #expect(isOver(false, 760_000))
    }

    @Test func `lines survive however they are cut`() {
        var splitter = LineSplitter()
        #expect(splitter.take("on".utf8).isEmpty)
        #expect(splitter.take("e\ntwo\n\nthr".utf8) == [Array("one".utf8), Array("two".utf8), []])
        #expect(splitter.finish() == Array("thr".utf8))
        #expect(splitter.finish() == nil)
        let long = [UInt8](repeating: 65, count: LineSplitter.limit + 10)
        #expect(splitter.take(long).map(\.count) == [LineSplitter.limit])
        #expect(splitter.finish()?.count == 10)
    }

    @Test func `structured lines are set for people and others pass`() {
        let rendering = LogRendering(isJSON: false, isColoured: false, width: 9)
        let line = #"{"time":"2026-11-21T01:30:00.123Z","level":"warning","process":"pinger","message":"share lost","#
        let whole = line + #""share":7,"late":true,"why":"two \u001b words"}"#
        #expect(
            rendering.line(Array(whole.utf8), from: "pinger-eu")
                == "01:30:00.123 pinger-eu  warning share lost share=7 late=true why=\"two \\u001b words\"\n"
        )
        #expect(rendering.line(Array(line.utf8), from: "pinger-eu").hasSuffix(" pinger-eu  " + line + "\n"))
        #expect(rendering.line(Array("Fatal\u{1B}[2J".utf8), from: "x").hasSuffix(" x          Fatal\\u001b[2J\n"))
        #expect(rendering.line([0xFF, 0xC0], from: "x").hasSuffix("\n"))
        let json = LogRendering(isJSON: true, isColoured: false, width: 9)
        #expect(json.line(Array(whole.utf8), from: "p") == whole + "\n")
        #expect(json.line(Array("raw".utf8), from: "p").hasSuffix(#""process":"p","message":"raw"}"# + "\n"))
    }

    @Test func `processor and alerter alone run without a group`() {
        let plan = ChildPlan(
            regions: ["eu", "us", "eu"],
            listen: HostAndPort(host: "127.0.0.1", port: 8_080),
            publicURL: "http://x"
        )
        #expect(
            plan.children.map(\.name) == ["gateway", "processor", "alerter", "pinger-eu", "pinger-us", "pinger-eu-2"]
        )
        #expect(
            plan.children.filter { $0.variables["APUS_WITHOUT_GROUP"] == "true" }.map(\.name)
                == ["processor", "alerter"]
        )
        #expect(Set(plan.children.map(\.program)) == Set(ChildPlan.stopOrder))
    }

    @Test func `the alerter knows the address that its links begin with`() {
        let plan = ChildPlan(regions: ["eu"], listen: HostAndPort(host: "127.0.0.1", port: 1), publicURL: "http://x")
        let told = plan.children.filter { $0.variables["APUS_PUBLIC_URL"] == "http://x" }
        #expect(told.map(\.name) == ["alerter"])
    }

    @Test func `a child's settings hide the user's files of the same name`() {
        let environment = ChildPlan.environment(
            user: ["A_FILE": "/a", "A": "old", "INSTANCE_ID": "x", "APUS_WITHOUT_GROUP": "true", "HOME": "/h"],
            shared: ["A": "shared", "B": "shared"],
            own: ["B": "own"]
        )
        #expect(environment == ["A": "shared", "B": "own", "HOME": "/h"])
    }

    @Test func `the embedded broker holds fewer minutes the more monitors there are`() {
        let few = BrokerCapacity.minutes(monitors: 100, interval: 60, regions: 1)
        let many = BrokerCapacity.minutes(monitors: 10_000, interval: 60, regions: 1)
        #expect(few > 60 && many >= 5 && many < few)
        #expect(BrokerCapacity.minutes(monitors: 100, interval: 60, regions: 2) < few)
    }
}

/// Draws the largest number of a range.
private struct MostRandom: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
}
