import Events

/// What one region reported of one monitor, whole and in order; every figure is computed anew from all of it.
package struct NaiveRegion {
    /// Something that the region's verdict depends on.
    enum Entry {
        /// A result that was newer than all before it.
        case seen(Seen)
        /// What was counted until then, Unix ms, says nothing any more.
        case forgotten(Reason, at: Int64)

        enum Reason {
            /// Another target.
            case target
            case pause, resumption
            /// The definition no longer names the region; not even its watermark is left.
            case removal
        }
    }

    /// An applied result with the definition it was judged by; an object, since all of them are walked all the time.
    final class Seen: Sendable {
        let result: CheckResult
        /// The result's own outcome, or `unknown` if it was annulled.
        let outcome: Outcome
        let monitor: Monitor
        /// When the monitor was created or enabled again.
        let watchedSince: Int64

        init(_ result: CheckResult, _ outcome: Outcome, _ monitor: Monitor, watchedSince: Int64) {
            self.result = result
            self.outcome = outcome
            self.monitor = monitor
            self.watchedSince = watchedSince
        }

        var isKnown: Bool { self.outcome != .unknown }
        var isFailure: Bool { self.outcome == .down }
    }

    /// Counters and verdict after all entries.
    struct Tally {
        var failures = 0
        var successes = 0
        var verdict: RegionState.Verdict?
        /// Where the present run of failures or successes began.
        var runStart: Int64 = 0
        /// Where the run began that made the verdict.
        var verdictStart: Int64 = 0
    }

    var entries: [Entry] = []

    /// The results since the region was last named.
    var seen: [Seen] {
        var seen: [Seen] = []
        for entry in self.entries {
            switch entry {
            case .seen(let new): seen.append(new)
            case .forgotten(.removal, _): seen = []
            case .forgotten: break
            }
        }
        return seen
    }
    var last: Seen? { self.seen.last }

    /// The newest result that says something of the target, unless a pause came after it.
    var lastKnown: Seen? {
        var last: Seen?
        for entry in self.entries {
            switch entry {
            case .seen(let seen): if seen.isKnown { last = seen }
            case .forgotten(let reason, _): if reason != .target { last = nil }
            }
        }
        return last
    }

    var tally: Tally { Self.tally(of: self.entries[...]) }

    static func tally(of entries: ArraySlice<Entry>) -> Tally {
        var tally = Tally()
        var previous: Int64?
        for entry in entries {
            guard case .seen(let seen) = entry else {
                tally = Tally()
                continue
            }
            let slot = seen.result.slot
            guard seen.isKnown else { continue }
            if let previous, slot - previous > seen.monitor.memory { tally = Tally() }
            previous = slot
            let before = tally.verdict
            if seen.isFailure {
                if tally.failures == 0 { tally.runStart = slot }
                tally.failures += 1
                tally.successes = 0
                if tally.failures >= seen.monitor.failureThreshold { tally.verdict = .bad }
            } else {
                if tally.successes == 0 { tally.runStart = slot }
                tally.successes += 1
                tally.failures = 0
                if before == nil || tally.successes >= seen.monitor.recoveryThreshold { tally.verdict = .good }
            }
            if tally.verdict != before { tally.verdictStart = tally.runStart }
        }
        return tally
    }

    /// The first slot of the present unbroken row of known results.
    var rowStart: Int64? {
        var start: Int64?
        var previous: Int64?
        for seen in self.seen {
            guard seen.isKnown else {
                previous = nil
                continue
            }
            if previous.map({ seen.result.slot - $0 > seen.monitor.reach }) ?? true { start = seen.result.slot }
            previous = seen.result.slot
        }
        return start
    }

    /// Whether (slot, attempt) is that of the newest result, or older than it.
    func disposition(of result: CheckResult) -> Disposition? {
        guard let last = self.last?.result else { return nil }
        if (result.slot, result.attempt) == (last.slot, last.attempt) { return .duplicate }
        return (result.slot, result.attempt) < (last.slot, last.attempt) ? .late : nil
    }

    /// Whether the newest known result is within the limit of `now`.
    func isFresh(_ now: Int64, _ monitor: Monitor) -> Bool {
        guard let slot = self.lastKnown?.result.slot else { return false }
        return now - slot <= monitor.limit
    }
}
