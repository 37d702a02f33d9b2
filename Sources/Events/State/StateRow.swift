/// The rows of PostgreSQL that hold a partition's state: one a monitor, one a share (design §6).
package enum StateRow: Sendable, Hashable {
    /// A monitor's row; `nil`: it is to be deleted.
    case monitor(id: Int64, share: Int, value: [UInt8]?)
    /// A share's row: its pulses and the partition's time.
    case share(Int, value: [UInt8])
}

extension PartitionState {
    /// The rows that changed since they were last taken, shares first, each in order; marks them as taken.
    ///
    /// Written in the transaction that moves the offset. Where it fails, take the partition anew from its rows.
    package mutating func takeChangedRows() -> [StateRow] {
        let shares = self.dirtyShares.sorted()
        let monitors = self.dirtyMonitors.sorted()
        self.dirtyShares.removeAll(keepingCapacity: true)
        self.dirtyMonitors.removeAll(keepingCapacity: true)
        return self.rows(shares: shares, monitors: monitors)
    }

    /// Every row of the state, for a projection that writes its memory over the books.
    package func allRows() -> [StateRow] {
        self.rows(shares: self.shares.map(\.share), monitors: self.monitors.keys.sorted())
    }

    private func rows(shares: [Int], monitors: [Int64]) -> [StateRow] {
        var rows: [StateRow] = []
        for share in shares {
            guard let index = self.index(ofShare: share) else { continue }
            rows.append(.share(share, value: self.shares[index].encoded(time: self.time)))
        }
        for id in monitors {
            rows.append(
                .monitor(id: id, share: Partitioning.share(of: id), value: self.monitors[id].map { $0.encoded() })
            )
        }
        return rows
    }

    /// Assembles a state from the values of its rows, in any order; nothing is marked as changed.
    ///
    /// - Throws: ``RecordError`` for a row that this version cannot read.
    package init(
        partition: Int,
        count: Int,
        shares: [[UInt8]],
        monitors: [[UInt8]]
    ) throws(RecordError) {
        self.init(partition: partition, count: count)
        for value in shares {
            let (share, time) = try ShareState.decode(value.span)
            self.time = max(self.time, time)
            if let index = self.index(ofShare: share.share) { self.shares[index] = share }
        }
        for value in monitors {
            let monitor = try MonitorState.decode(value.span)
            self.monitors[monitor.id] = monitor
            self.schedule(monitor)
        }
    }

    /// Finds the monitor's deadlines, which are not kept.
    private mutating func schedule(_ monitor: MonitorState) {
        guard let share = self.index(ofShare: monitor.share) else { return }
        if let due = monitor.pushDue { self.pushDeadlines.schedule(monitor.id, at: due) }
        if let deadline = monitor.deadline(self.shares[share], now: self.time) {
            self.deadlines.schedule(monitor.id, at: deadline)
        }
    }
}

extension MonitorState {
    /// When time alone may change something next; what ``evaluate(_:now:cause:_:)`` returned last.
    fileprivate func deadline(_ share: ShareState, now: Int64) -> Int64? {
        var copy = self
        var effects: [Effect] = []
        let cause = Cause(
            record: .action(Action(monitor: self.id, verb: .comment, person: "", at: now))
        )
        let deadline = copy.evaluate(share, now: now, cause: cause, &effects)
        return deadline == Int64.max ? nil : deadline
    }
}
