import Glibc
import Service
import TestServers
import Testing

extension PipelineTests {
    /// Monitors that flap while processes are killed; then everything must follow from the log.
    @Suite(.serialized, .timeLimit(.minutes(10))) struct ChaosTests {
        @Test func `kills of all processes lose and double nothing on the embedded broker`() throws {
            var run = try Run(.embedded)
            try run.flapAndKill()
            try run.expectTruth()
            try run.crashAndStartAgain()
        }

        @Test(.enabled(if: RealKafka.isAvailable, "APUS_TEST_KAFKA is not set"))
        func `kills of all processes lose and double nothing on a real Kafka`() throws {
            let kafka = try RealKafka()
            defer { kafka.stop() }
            var run = try Run(.kafka(kafka))
            try run.flapAndKill()
            // What happened is told to its end before the crash: it counts what is told after that.
            try run.expectTruth()
            try run.crashAndStartAgain()
            try run.expectTruth()
        }
    }
}

/// One run: two regions, flapping targets, a recorder of the log.
private struct Run {
    private let broker: Broker
    private let stack: Stack
    private let targets: SwitchedTargets
    private let inbox: WebhookInbox
    private var recorder: LogRecorder
    private var random = SplitMix("chaos")
    private var monitors: [Int64] = []

    init(_ broker: Broker) throws {
        self.broker = broker
        self.stack = try Stack(broker, regions: ["eu", "us"])
        self.targets = SwitchedTargets(count: Lengths.monitors)
        self.inbox = WebhookInbox()
        self.recorder = try LogRecorder(try self.stack.kafkaSettings())
        let api = try self.stack.api()
        try api.addChannel(self.inbox)
        for number in 0..<Lengths.monitors {
            let target = self.targets.url(number)
            self.monitors.append(
                try api.addMonitor("m\(number)", target: target, #""interval":1"#, #""failureThreshold":2"#)
            )
        }
        try self.expectAllUp()
    }

    private func expectAllUp() throws {
        let api = try self.stack.api()
        let wanted = self.monitors.count
        let time = expectSoon("all monitors are up", within: 40) {
            api.get("/api/v1/status?state=up&limit=100")?.json["items"].items.count == wanted
        }
        print("all up after \(time) s")
    }

    /// Kills each process some times at random moments, while each target flaps.
    ///
    /// Random answers may confirm no incident at all, so the last target stays down until its own was told.
    mutating func flapAndKill() throws {
        let kinds: [(String, String?)] = [
            ("pinger", "eu"), ("pinger", "us"), ("processor", nil), ("alerter", nil), ("gateway", nil),
        ]
        var kills = (0..<Lengths.kills).flatMap { _ in kinds }
        kills.shuffle(using: &self.random)
        var flips = self.monitors.indices.map { _ in MonotonicClock.millis + self.between(0, 6_000) }
        let held = self.monitors.count - 1
        self.targets.answer(held, 503)
        flips[held] = .max
        for (program, region) in kills {
            let next = MonotonicClock.millis + self.between(300, 4_500)
            while MonotonicClock.millis < next {
                for number in flips.indices where flips[number] <= MonotonicClock.millis {
                    self.targets.answer(number, Bool.random(using: &self.random) ? 200 : 503)
                    flips[number] = MonotonicClock.millis + self.between(1_500, 9_000)
                }
                if flips[held] == .max, self.isTold(held) { flips[held] = MonotonicClock.millis }
                usleep(20_000)
            }
            self.stack.signal(SIGKILL, program, region: region)
        }
        expectSoon("the incident of the target that stayed down is told", within: 40) { self.isTold(held) }
        self.targets.heal()
        try self.expectAllUp()
    }

    private func isTold(_ number: Int) -> Bool {
        self.inbox.distinct("incident.opened").contains {
            $0.body["data", "monitor", "id"].integer == self.monitors[number]
        }
    }

    /// Expects the books to follow from the log.
    func expectTruth() throws {
        try self.stack.settle(self.recorder)
        let truth = try self.stack.expectTruth(
            [self.recorder.entries],
            partitions: self.recorder.partitions,
            self.inbox
        )
        let dispositions = truth.dispositions.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        print("\(truth.opened.count) incidents, \(self.inbox.notices.count) notices; results: \(dispositions)")
        #expect(!truth.opened.isEmpty, "nothing happened")
        self.stack.resume()
    }

    /// Kills `apus` itself and starts it again on the same data: what was told is not told again, what was booked stays.
    mutating func crashAndStartAgain() throws {
        let told = self.inbox.notices.count
        let before = try Books(of: self.stack).results()
        try self.stack.crash()
        let time = try self.stack.start()
        print("served again after \(time) s")
        if case .embedded = self.broker {
            self.recorder.stop()
            self.recorder = try LogRecorder(try self.stack.kafkaSettings())
        }
        try self.expectAllUp()
        #expect(self.inbox.notices.count == told, "nothing is told twice")

        let api = try self.stack.api()
        let ids = Set(self.inbox.notices.map(\.id))
        self.targets.answer(0, 503)
        expectSoon("a new alert is told", within: 8) { self.inbox.notices.count == told + 1 }
        self.targets.answer(0, 200)
        expectSoon("its end is told", within: 8) { self.inbox.notices.count == told + 2 }
        #expect(Set(self.inbox.notices.map(\.id)).count == ids.count + 2)
        expectSoon("it is served", within: 3) { api.state(of: self.monitors[0]) == "up" }
        let after = try Books(of: self.stack).results()
        let lost = before.keys.filter { after[$0] == nil }
        #expect(lost.isEmpty, "results of before are still there")
    }

    private mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
        Int64.random(in: low...high, using: &self.random)
    }
}
