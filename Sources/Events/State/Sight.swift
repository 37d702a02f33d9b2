/// When one region saw a monitor's target: the rows of its known results, each slot with the interval after it.
///
/// Two known slots no further apart than the monitor's reach, with no unknown result between them, are one stretch: a
/// slot that fell due during a check is covered by it.
struct Sight: Sendable, Hashable {
    /// In the order of their starts; the last may still grow.
    var stretches: [Range<Int64>] = []
    /// Whether the last stretch is taken to go on, since its region still watches.
    var isOpen = false
    /// Whether the last stretch has ended for good, by an unknown result or a pause, or there is none.
    var isCut = true

    /// The stretches as far as is known; one that goes on has no end.
    var ranges: [Range<Int64>] {
        guard self.isOpen, let last = self.stretches.last else { return self.stretches }
        return self.stretches.dropLast() + [last.lowerBound..<Int64.max]
    }

    /// Takes a known slot; returns whether the time before or after it is thought of differently from now on.
    ///
    /// - Parameters:
    ///   - gap: how long ago the known slot before it was; `nil`: there was none.
    ///   - goesOn: whether its region watches and the slot is within the limit of the partition's time.
    mutating func see(_ slot: Int64, after gap: Int64?, goesOn: Bool, of monitor: Monitor) -> Bool {
        let end = slot + monitor.interval
        if !self.isCut, let last = self.stretches.last, let gap, gap <= monitor.reach {
            self.stretches[self.stretches.count - 1] = last.lowerBound..<end
            let wasOpen = self.isOpen
            self.isOpen = goesOn
            return !wasOpen || !goesOn
        }
        if !self.isCut { _ = self.cut(at: slot) }
        self.stretches.append(slot..<end)
        self.isOpen = goesOn
        self.isCut = false
        return true
    }

    /// Ends the last stretch for good where its newest slot ends, or at `time` if that is earlier; returns whether this
    /// says anything new.
    mutating func cut(at time: Int64) -> Bool {
        guard !self.isCut, let last = self.stretches.last else { return false }
        self.isCut = true
        let wasOpen = self.isOpen
        self.isOpen = false
        guard time < last.upperBound else { return wasOpen }
        self.stretches.removeLast()
        if last.lowerBound < time { self.stretches.append(last.lowerBound..<time) }
        return true
    }

    /// Forgets the stretches that ended before `time`, but for the last.
    mutating func forget(before time: Int64) {
        let kept = self.stretches.dropLast().filter { $0.upperBound > time }
        self.stretches = kept + self.stretches.suffix(1)
    }
}
