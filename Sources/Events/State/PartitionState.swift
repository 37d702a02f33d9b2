/// The state of one partition of `monitoring-results`: a pure function of the records stepped so far (design §2.3).
///
/// A value: copies are independent. `step` reads no clock and does no I/O; both projections call it with the same
/// records and reach the same verdicts. Use it from one thread at a time.
package struct PartitionState: Sendable {
    /// The partition, 0 ..< ``count``.
    package let partition: Int
    /// How many partitions the topic has; divides 48.
    package let count: Int
    /// The partition's time, Unix ms: the greatest min(slot or pulse time, record's timestamp) seen; 0 at first.
    package internal(set) var time: Int64 = 0
    var shares: [ShareState]
    var monitors: [Int64: MonitorState] = [:]
    var deadlines = Deadlines()
    var pushDeadlines = Deadlines()
    var dirtyMonitors: Set<Int64> = []
    var dirtyShares: Set<Int> = []

    /// The state before the first record.
    package init(partition: Int, count: Int) {
        self.partition = partition
        self.count = count
        self.shares = stride(from: partition, to: Topic.shares, by: count).map(ShareState.init)
    }

    /// The ids of the monitors that are not deleted, in no order.
    package var monitorIDs: [Int64] {
        self.monitors.values.compactMap { $0.definition == nil ? nil : $0.id }
    }

    /// What is known of a monitor; `nil`: nothing, or it was deleted.
    package func monitor(_ id: Int64) -> MonitorState? {
        guard let monitor = self.monitors[id], monitor.definition != nil else { return nil }
        return monitor
    }

    /// A monitor's status as of the partition's time; `nil`: there is no such monitor.
    package func status(of id: Int64) -> MonitorStatus? { self.monitors[id]?.status }

    /// The place of a share's state; `nil`: the share belongs to another partition.
    func index(ofShare share: Int) -> Int? {
        share % self.count == self.partition ? share / self.count : nil
    }
}
