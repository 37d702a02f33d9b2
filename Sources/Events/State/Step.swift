/// The step: one record of the log, and what follows from it.
extension PartitionState {
    /// Applies one record and appends its effects.
    ///
    /// The caller has refused what is a dead letter (``Record/checkTime(timestamp:)``) and passes records in the log's
    /// order. Results and pulses first move the partition's time, and with it everything that fell due, and are
    /// applied then; so a gap is seen before the record that ends it.
    ///
    /// - Parameter timestamp: the record's timestamp, Unix ms (`LogAppendTime`; the producer's on the embedded broker).
    package mutating func step(_ record: Record, timestamp: Int64, _ effects: inout [Effect]) {
        let cause = Cause(record: record)
        switch record {
        case .result(let result):
            self.advance(to: min(result.slot, timestamp), cause, &effects)
            effects.append(.judged(self.judge(result, cause, &effects)))
        case .pulse(let pulse):
            let time = min(pulse.time, timestamp)
            self.advance(to: time, cause, &effects)
            self.apply(pulse, time: time, cause, &effects)
        case .change(.defined(let monitor)):
            self.define(monitor, at: min(monitor.updatedAt, timestamp), cause, &effects)
        case .change(.deleted(let monitor, let generation, let at)):
            self.delete(monitor, generation, at: min(at, timestamp), &effects)
        case .action(let action): self.act(action, &effects)
        case .push(let push): self.hear(push, at: min(push.at, timestamp), cause, &effects)
        }
    }

    /// Moves the partition's time and does what fell due.
    ///
    /// Regions fall silent, votes go stale, graces and tombstones end, reminders are due. Monitors are taken in the
    /// order of their ids.
    private mutating func advance(to time: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        guard time > self.time else { return }
        self.time = time
        // The partition's first share.
        self.dirtyShares.insert(self.partition)
        var due = self.deadlines.take(through: time)
        for index in self.shares.indices where self.shares[index].fallsSilent(now: time) {
            let pushWatched = self.shares[index].watch(Pulse.pushRegion)?.goesOn ?? false
            self.shares[index].silence(now: time)
            self.dirtyShares.insert(self.shares[index].share)
            let members = self.members(ofShare: self.shares[index].share)
            if pushWatched, self.shares[index].watch(Pulse.pushRegion)?.goesOn == false {
                for id in members where self.monitors[id]?.pushBase != nil {
                    self.monitors[id]?.pushBase = nil
                    self.dirtyMonitors.insert(id)
                }
            }
            due += members
        }
        for id in Set(due).sorted() { self.evaluate(id, isNews: false, cause, &effects) }
    }

    private mutating func apply(_ pulse: Pulse, time: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        let isPush = pulse.region == Pulse.pushRegion
        var due: [Int64] = []
        for index in self.shares.indices where isPush || self.shares[index].share == pulse.share {
            self.dirtyShares.insert(self.shares[index].share)
            guard self.shares[index].apply(pulse, time: time, now: self.time) else { continue }
            let members = self.members(ofShare: self.shares[index].share)
            if isPush {
                for id in members { self.restartPush(id, from: time) }
            }
            due += members
        }
        for id in due.sorted() { self.evaluate(id, isNews: false, cause, &effects) }
        if isPush { self.missPushes(through: time, cause, &effects) }
    }

    private func members(ofShare share: Int) -> [Int64] {
        self.monitors.values.compactMap { $0.definition != nil && $0.share == share ? $0.id : nil }
    }

    /// Judges a result: keeps the order of (slot, attempt) per monitor and region, and counts it if it is news.
    mutating func judge(_ result: CheckResult, _ cause: Cause, _ effects: inout [Effect]) -> Disposition {
        guard let index = self.monitors.index(forKey: result.monitor) else { return .unknownMonitor }
        guard let share = self.index(ofShare: Partitioning.share(of: result.monitor)) else { return .unknownMonitor }
        let (watch, now) = (self.shares[share].watch(result.region), self.time)
        let blind = watch.map { $0.goesOn && $0.canary == .blind } ?? false
        let annulled = blind && result.outcome == .down && result.reason.map(\.isSilence) ?? false
        let disposition = inPlace(&self.monitors.values[index]) { monitor -> Disposition? in
            guard let definition = monitor.definition else { return .deletedMonitor }
            guard result.generation == definition.generation else { return .staleGeneration }
            guard definition.enabled else { return .paused }
            return monitor.apply(
                result,
                outcome: annulled ? .unknown : result.outcome,
                definition,
                isWatched: watch?.goesOn ?? false,
                now: now,
                &effects
            )
        }
        if let disposition { return disposition }
        var cause = cause
        cause.region = result.region
        self.evaluate(result.monitor, cause, &effects)
        return annulled ? .annulled : .fresh
    }

    /// Counts the votes of a monitor anew and remembers when to do so again.
    ///
    /// - Parameter isNews: whether a record of the monitor itself is the cause; else only what really changes counts,
    ///   since an entry among the deadlines may be earlier than the deadline.
    mutating func evaluate(_ id: Int64, isNews: Bool = true, _ cause: Cause, _ effects: inout [Effect]) {
        guard let index = self.monitors.index(forKey: id) else { return }
        guard let place = self.index(ofShare: Partitioning.share(of: id)) else { return }
        let (share, now) = (self.shares[place], self.time)
        let evaluated = inPlace(&self.monitors.values[index]) { monitor -> (deadline: Int64, push: Int64?, Bool)? in
            if let end = monitor.tombstoneEnd, end <= now { return nil }
            let before = isNews ? nil : monitor
            let deadline = monitor.evaluate(share, now: now, cause: cause, &effects)
            return (deadline, monitor.pushDue, isNews || monitor != before)
        }
        guard let (deadline, push, isChanged) = evaluated else {
            self.monitors.remove(at: index)
            self.dirtyMonitors.insert(id)
            return
        }
        if deadline < Int64.max { self.deadlines.schedule(id, at: deadline) }
        if let push { self.pushDeadlines.schedule(id, at: push) }
        if isChanged { self.touch(id, &effects) }
    }

    /// Notes that a monitor's row is to be written and its status document is new.
    mutating func touch(_ id: Int64, _ effects: inout [Effect]) {
        self.dirtyMonitors.insert(id)
        effects.append(.statusChanged(monitor: id))
    }
}

/// Works on a value where it lies; reading a part of a dictionary's value otherwise copies all of it.
private func inPlace<Value, R>(_ value: inout Value, _ body: (inout Value) -> R) -> R { body(&value) }

extension Reason {
    /// Whether nothing answered: such a failure proves nothing where the region is blind (design §5, evidence).
    package var isSilence: Bool {
        switch self {
        case .dns, .timeout, .unreachable: true
        default: false
        }
    }
}

extension MonitorState {
    /// Applies a result to its region if it is newer than the watermark; `nil`: it was, else what it is instead.
    fileprivate mutating func apply(
        _ result: CheckResult,
        outcome: Outcome,
        _ definition: Monitor,
        isWatched: Bool,
        now: Int64,
        _ effects: inout [Effect]
    ) -> Disposition? {
        var index = self.regions.firstIndex { $0.name >= result.region } ?? self.regions.count
        if index < self.regions.count, self.regions[index].name == result.region {
            let mark = (self.regions[index].slot, self.regions[index].attempt)
            if (result.slot, result.attempt) == mark { return .duplicate }
            if (result.slot, result.attempt) < mark { return .late }
        } else {
            let region = RegionState(name: result.region, slot: result.slot, attempt: result.attempt)
            index = self.regions.firstIndex { $0.name > result.region } ?? self.regions.count
            self.regions.insert(region, at: index)
        }
        let isNews = self.regions[index].apply(
            result,
            outcome: outcome,
            of: definition,
            since: self.watchedSince,
            isWatched: isWatched,
            now: now
        )
        if isNews { self.writeRegion(index, &effects) }
        return nil
    }
}
