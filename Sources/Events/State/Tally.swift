/// The votes of a monitor's expected regions at one moment of the partition's time (design §4).
struct Tally {
    /// Regions that count: those with a fresh verdict, and those still within their grace, which count as not bad.
    var voters = 0
    /// Fresh BAD verdicts.
    var bad = 0
    /// Of these, how many are in a run of successes.
    var recovering = 0
    /// Whether there is a fresh GOOD verdict.
    var good = false
    /// Where the earliest run of successes began that a GOOD region is in.
    var goodFrom: Int64?
    /// Whether the newest result of some counted region was `degraded`.
    var degraded = false
    /// The start of the earliest run of failures among the counted regions; `nil`: nobody fails.
    var failingFrom: Int64?
    /// The start of the earliest run of successes of a BAD region.
    var recoveringFrom: Int64?
    /// Where the BAD regions' runs of failures began.
    var badStarts: [Int64] = []
    var badRegions: [String] = []
    /// When the votes change again although nothing is heard of the monitor.
    var deadline = Int64.max

    init(_ monitor: MonitorState, _ definition: Monitor, _ share: ShareState, now: Int64) {
        let limit = definition.limit
        for watch in monitor.expected(share) {
            let region = monitor.regions.first { $0.name == watch.region }
            let fresh = region?.isFresh(now, limit: limit) ?? false
            if let region, fresh { self.count(region) }
            if let verdict = region?.verdict, fresh, let region {
                self.voters += 1
                self.vote(verdict, region)
            } else {
                let grace = max(watch.began, monitor.graceFrom) + limit
                guard now < grace else { continue }
                self.voters += 1
                self.deadline = min(self.deadline, grace)
            }
        }
        for region in monitor.regions {
            guard let known = region.knownSlot, now - known <= limit else { continue }
            self.deadline = min(self.deadline, known + limit + 1)
        }
    }

    private mutating func count(_ region: RegionState) {
        if region.failures > 0 || region.verdict == .bad {
            let from = region.verdict == .bad ? region.verdictFrom : region.runFrom
            self.failingFrom = min(self.failingFrom ?? Int64.max, from)
        }
        if region.outcome == .degraded { self.degraded = true }
    }

    private mutating func vote(_ verdict: RegionState.Verdict, _ region: RegionState) {
        guard verdict == .bad else {
            self.good = true
            if region.successes > 0 { self.goodFrom = min(self.goodFrom ?? Int64.max, region.runFrom) }
            return
        }
        self.bad += 1
        self.badStarts.append(region.verdictFrom)
        self.badRegions.append(region.name)
        if region.successes > 0 {
            self.recovering += 1
            self.recoveringFrom = min(self.recoveringFrom ?? Int64.max, region.runFrom)
        }
    }
}
