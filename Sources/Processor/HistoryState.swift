import Events
import History
import Latest
import Projections

/// What the processor holds of one partition: the state of its monitors, and what is still to be written and shown.
///
/// Belongs to the projection's thread.
final class HistoryState {
    /// The pure state.
    var state: PartitionState
    /// The open sums as the books have them.
    var aggregates: [Int64: OpenAggregates]

    /// The monitors of which minutes are kept, too.
    private(set) var frequent: Set<Int64> = []

    /// Results newer than everything of their monitor and region: no row of theirs should be there.
    var fresh: [CheckResult] = []
    /// Results that may be there already.
    var others: [(result: CheckResult, isLate: Bool)] = []
    /// Corrections of spans; kept ahead of the books, since memory may become the truth.
    var spans = SpanChanges()
    /// Monitors that were deleted: their sums are ended.
    var deleted: Set<Int64> = []
    /// State rows to be written: the newest encoding of each.
    var shareRows: [Int: [UInt8]] = [:]
    /// State rows of monitors; `nil`: to be deleted.
    var monitorRows: [Int64: (share: Int, value: [UInt8]?)] = [:]
    /// The open sums as they are after the round that is being written.
    var staged: [Int64: OpenAggregates] = [:]

    /// What Redis is to be told.
    var news = LatestNews()
    /// Reused by each step.
    var effects: [Effect] = []

    /// State out of rows.
    init(_ state: PartitionState, aggregates: [Int64: OpenAggregates]) {
        self.state = state
        self.aggregates = aggregates
        for monitor in state.monitorIDs {
            if let status = state.status(of: monitor) { self.learn(status.definition) }
        }
    }

    /// Learns a definition; minutes are summed up only where there is more than one slot in them.
    func learn(_ definition: Monitor) {
        if definition.interval < RollupWidth.minute.millis {
            self.frequent.insert(definition.id)
        } else {
            self.frequent.remove(definition.id)
        }
    }

    /// Forgets what a committed round has written.
    func settle() {
        self.aggregates.merge(self.staged) { $1 }
        for monitor in self.deleted { self.aggregates[monitor] = nil }
        self.forgetHistory()
        self.spans = SpanChanges()
        self.deleted.removeAll(keepingCapacity: true)
        self.shareRows.removeAll(keepingCapacity: true)
        self.monitorRows.removeAll(keepingCapacity: true)
    }

    /// Forgets results, which are stepped again with the books later.
    func forgetHistory() {
        self.fresh.removeAll(keepingCapacity: true)
        self.others.removeAll(keepingCapacity: true)
        self.staged.removeAll(keepingCapacity: true)
    }
}

/// What one step or more changed that Redis shows.
struct LatestNews {
    /// Monitors whose status is new, with their newest results and incidents.
    var monitors: [Int64: MonitorNews] = [:]
    /// The newest pulses, by region and share.
    var watches: [String: RegionWatch] = [:]

    /// Whether there is none.
    var isEmpty: Bool { self.monitors.isEmpty && self.watches.isEmpty }
}

/// What is new about one monitor.
struct MonitorNews: Sendable {
    /// Results, the oldest first, each with its place in the log; at most ``LatestKeys/recentCount``.
    var results: [(point: LatestPoint, result: RecentResult)] = []
    /// Incidents that began or ended; at most ``LatestKeys/incidentCount``.
    private(set) var incidents: [IncidentNews] = []
    /// How many incidents were left out.
    var untold = 0

    mutating func add(_ result: CheckResult, at point: LatestPoint) {
        if self.results.count >= 2 * LatestKeys.recentCount {
            self.results.removeFirst(self.results.count - LatestKeys.recentCount)
        }
        self.results.append((point, RecentResult(result)))
    }

    /// While Redis is away, only the newest are kept: the books and the API have all of them.
    mutating func add(_ incident: IncidentNews) {
        if self.incidents.count >= LatestKeys.incidentCount {
            self.incidents.removeFirst()
            self.untold += 1
        }
        self.incidents.append(incident)
    }
}
