import Events
import Service
import TestServers
import Testing

/// A stack that watches a few websites each second, with a recorder of its log and an inbox for its alerts.
final class WatchedStack {
    let stack: Stack
    let targets: SwitchedTargets
    let inbox = WebhookInbox()
    let recorder: LogRecorder
    let api: APIClient
    private(set) var monitors: [Int64] = []

    init(_ broker: Broker, regions: [String] = ["local"], monitors count: Int = 6) throws {
        self.stack = try Stack(broker, regions: regions)
        self.targets = SwitchedTargets(count: count)
        self.recorder = try LogRecorder(try self.stack.kafkaSettings())
        self.api = try self.stack.api()
        try self.api.addChannel(self.inbox)
        for number in 0..<count {
            let target = self.targets.url(number)
            self.monitors.append(
                try self.api.addMonitor("m\(number)", target: target, #""interval":1"#, #""failureThreshold":2"#)
            )
        }
        self.expectAll("up", within: 20)
    }

    /// Waits until all monitors are served in this state.
    @discardableResult
    func expectAll(_ state: String, within seconds: Double, location: SourceLocation = #_sourceLocation) -> Double {
        expectSoon("all monitors are \(state)", within: seconds, location: location) {
            self.count(state) == self.monitors.count
        }
    }

    /// How many monitors are served in this state.
    func count(_ state: String) -> Int? {
        self.api.get("/api/v1/status?state=\(state)&limit=100")?.json["items"].items.count
    }

    /// Breaks a website and mends it, and expects its two notices in time; returns the seconds each took.
    @discardableResult
    func expectAlert(
        _ number: Int,
        within seconds: Double,
        location: SourceLocation = #_sourceLocation
    ) -> (down: Double, up: Double) {
        let monitor = self.monitors[number]
        let count = { (type: String) in
            self.inbox.distinct(type).count { $0.body["data", "monitor", "id"].integer == monitor }
        }
        let (opened, resolved) = (count("incident.opened"), count("incident.resolved"))
        self.targets.answer(number, 503)
        let down = expectSoon("monitor \(number) is reported down", within: seconds, location: location) {
            count("incident.opened") == opened + 1
        }
        self.targets.answer(number, 200)
        let up = expectSoon("monitor \(number) is reported up", within: seconds, location: location) {
            count("incident.resolved") == resolved + 1
        }
        return (down, up)
    }

    /// Lets the log come to a stand, holds books, Redis and notices against it, and goes on.
    @discardableResult
    func expectTruth(within seconds: Double = 20) throws -> Truth {
        try self.stack.settle(self.recorder, within: seconds)
        defer { self.stack.resume() }
        let truth = try self.stack.expectTruth(
            [self.recorder.entries],
            partitions: self.recorder.partitions,
            self.inbox
        )
        let dispositions = truth.dispositions.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        print("\(truth.opened.count) incidents, \(self.inbox.notices.count) notices; results: \(dispositions)")
        return truth
    }

    /// The longest time between two checks of one monitor since `start` (Unix ms), in seconds.
    func longestGap(since start: Int64) -> Double {
        let now = unixMillis()
        var last = Dictionary(uniqueKeysWithValues: self.monitors.map { ($0, start) })
        var longest: Int64 = 0
        for result in self.recorder.results.sorted(by: { $0.startedAt < $1.startedAt })
        where result.startedAt > start {
            guard let before = last[result.monitor] else { continue }
            longest = max(longest, result.startedAt - before)
            last[result.monitor] = result.startedAt
        }
        for before in last.values { longest = max(longest, now - before) }
        return Double(longest) / 1_000
    }
}
