import Glibc
import Testing

/// The end of a run: everything stands still, and the books are held against the log.
extension Stack {
    /// Stops whoever writes to the log, and waits until what is in it was read and booked.
    ///
    /// Processor and alerter go on. Undone by ``resume()``.
    func settle(_ recorder: LogRecorder, within seconds: Double = 20) throws {
        self.signal(SIGSTOP, "pinger")
        self.signal(SIGSTOP, "gateway")
        var count = recorder.entries.count
        expectSoon("the log stands still", within: 5) {
            usleep(700_000)
            defer { count = recorder.entries.count }
            return count == recorder.entries.count
        }
        #expect(recorder.failure == nil)
        let ends = recorder.ends
        try expectSoon("the books reach the log's end", within: seconds) {
            guard let books = try? Books(of: self) else { return false }
            return try books.haveReached(ends)
        }
    }

    /// Lets the processes that ``settle(_:within:)`` stopped go on.
    func resume() {
        self.signal(SIGCONT, "pinger")
        self.signal(SIGCONT, "gateway")
    }

    /// Expects everything that was booked, shown and told to follow from the log, and nothing else.
    @discardableResult
    func expectTruth(_ logs: [[LogRecorder.Entry]], partitions: Int, _ inbox: WebhookInbox) throws -> Truth {
        let truth = Truth(logs, partitions: partitions)
        #expect(truth.doubt == nil, "the naive model reads the log as the step does")
        let books = try Books(of: self)
        try books.expectResults(truth)
        try books.expectRollups(truth)
        try books.expectSpans(truth)
        try books.expectIncidents(truth)
        try books.expectState(truth)
        try books.expectRedis(truth)
        expectTold(truth, inbox)
        return truth
    }
}

/// Expects each incident's beginning and end to be announced, each by one `webhook-id` and no id twice with another
/// meaning, the beginning first.
func expectTold(_ truth: Truth, _ inbox: WebhookInbox, location: SourceLocation = #_sourceLocation) {
    for (type, incidents) in [("incident.opened", truth.opened), ("incident.resolved", truth.resolved)] {
        expectSoon("each \(type) is told", within: 10, location: location) {
            Set(inbox.distinct(type).map(\.incident)).isSuperset(of: incidents)
        }
        let told = Dictionary(inbox.distinct(type).map { ($0.incident, 1) }, uniquingKeysWith: +)
        expectEqual(type, told, Dictionary(uniqueKeysWithValues: incidents.map { ($0, 1) }), location: location)
    }
    let notices = inbox.notices
    #expect(notices.filter { !$0.isSigned }.isEmpty, sourceLocation: location)
    var seen: Set<String> = []
    for notice in notices {
        seen.insert(notice.type + notice.incident)
        if notice.type == "incident.resolved", !seen.contains("incident.opened" + notice.incident) {
            Issue.record("\(notice.incident) ended before it began", sourceLocation: location)
        }
    }
}
