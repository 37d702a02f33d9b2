import Events
import History
import NaiveModel

/// What follows from a recorded log: the verdicts, incidents, spans and results that the books must hold.
///
/// Replays the records through the pure step in a process that no fault touches.
struct Truth {
    /// A result's identity (design §2.1).
    struct Identity: Hashable {
        let monitor: Int64
        let region: String
        let slot: Int64
        let attempt: Int

        init(monitor: Int64, region: String, slot: Int64, attempt: Int) {
            self.monitor = monitor
            self.region = region
            self.slot = slot
            self.attempt = attempt
        }

        init(_ result: CheckResult) {
            self.init(monitor: result.monitor, region: result.region, slot: result.slot, attempt: result.attempt)
        }
    }

    struct SpanKey: Hashable {
        let monitor: Int64
        let region: String
    }

    private(set) var partitions: [PartitionState]
    /// What each partition held that can be made sense of, in order.
    private var records: [[RandomRecords.Entry]]
    /// Every incident that was opened or closed, as it stands last.
    private(set) var incidents: [String: Incident] = [:]
    private(set) var opened: Set<String> = []
    private(set) var resolved: Set<String> = []
    /// The results that history keeps, as published first.
    private(set) var results: [Identity: CheckResult] = [:]
    private(set) var dispositions: [Disposition: Int] = [:]
    /// By monitor and region, in order.
    private(set) var spans: [SpanKey: [Span]] = [:]
    private(set) var deadLetters = 0

    /// Replays one log after the other: each a log of its own, as after a restart of the embedded broker.
    init(_ logs: [[LogRecorder.Entry]], partitions count: Int) {
        self.partitions = (0..<count).map { PartitionState(partition: $0, count: count) }
        self.records = Array(repeating: [], count: count)
        for log in logs {
            for entry in log { self.apply(entry) }
        }
    }

    /// Where the naive model, which shares nothing with the step, reads something else in the log; `nil`: nowhere.
    var doubt: String? {
        for (partition, records) in self.records.enumerated() {
            if let difference = Comparison.difference(records) { return "partition \(partition), \(difference)" }
        }
        return nil
    }

    /// What is known of a monitor.
    func status(of monitor: Int64) -> MonitorStatus? {
        self.partitions[Partitioning.partition(of: monitor, count: self.partitions.count)].status(of: monitor)
    }

    /// The ids of all monitors that are not deleted.
    var monitors: [Int64] { self.partitions.flatMap(\.monitorIDs).sorted() }

    private mutating func apply(_ entry: LogRecorder.Entry) {
        let record: Record
        do throws(RecordError) {
            record = try Record.decode(kind: entry.kind, key: entry.key, value: entry.value)
            try record.checkTime(timestamp: entry.timestamp)
        } catch {
            self.deadLetters += 1
            return
        }
        self.records[entry.partition].append(RandomRecords.Entry(record, timestamp: entry.timestamp))
        var effects: [Effect] = []
        self.partitions[entry.partition].step(record, timestamp: entry.timestamp, &effects)
        for effect in effects { self.apply(effect, of: record) }
    }

    private mutating func apply(_ effect: Effect, of record: Record) {
        switch effect {
        case .judged(let disposition):
            self.dispositions[disposition, default: 0] += 1
            if case .result(let result) = record { self.keep(result, disposition) }
        case .derived(let result, let disposition): self.keep(result, disposition)
        case .opened(let incident):
            self.opened.insert(incident.id)
            self.incidents[incident.id] = incident
        case .resolved(let incident):
            self.resolved.insert(incident.id)
            self.incidents[incident.id] = incident
        case .span(let correction): self.correct(correction)
        case .defined, .changed, .reminded, .acted, .statusChanged: break
        }
    }

    private mutating func keep(_ result: CheckResult, _ disposition: Disposition) {
        guard disposition.isHistory else { return }
        let identity = Identity(result)
        if self.results[identity] == nil { self.results[identity] = result }
    }

    private mutating func correct(_ correction: SpanCorrection) {
        let key = SpanKey(monitor: correction.monitor, region: correction.region)
        var spans = self.spans[key] ?? []
        spans.removeAll { $0.from >= correction.from }
        spans.append(Span(from: correction.from, state: correction.state))
        self.spans[key] = spans
    }
}
