/// What one region's results say of one monitor: counters, verdict and sight.
package struct RegionState: Sendable, Hashable {
    /// BAD after `failureThreshold` failures in a row, GOOD after `recoveryThreshold` successes (design §4).
    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        case good, bad
    }

    var name: String
    /// The watermark: the greatest (slot, attempt) applied.
    var slot: Int64
    var attempt: Int
    /// The newest slot whose result was known (not unknown, not annulled).
    var knownSlot: Int64?
    /// The first slot of an unbroken row of known results: no unknown between, no gap beyond the limit.
    var sightFrom: Int64 = 0
    /// The first unknown slot since the newest known one; `nil`: the newest is known.
    var blindFrom: Int64?
    var verdict: Verdict?
    /// Failures in a row, capped at the threshold's reach.
    var failures = 0
    /// Successes in a row.
    var successes = 0
    /// The slot at which the present run of failures or successes began.
    var runFrom: Int64 = 0
    /// The slot at which the run began that made the verdict.
    var verdictFrom: Int64 = 0
    /// The span that is being written for this region.
    var span = SpanTrack()
    /// What the newest result said, for the status document.
    var outcome = Outcome.unknown
    var reason: Reason?
    var code: Int?
    var detail: String?
    var latency: Int64?
    var certificateExpiresAt: Int64?

    init(name: String, slot: Int64, attempt: Int) {
        self.name = name
        self.slot = slot
        self.attempt = attempt
    }

    /// Forgets counters and verdict, but not the watermark: a gap, or another target.
    mutating func forget() {
        self.verdict = nil
        self.failures = 0
        self.successes = 0
    }

    /// Whether the newest result says something of the target.
    var sees: Bool { self.blindFrom == nil && self.knownSlot != nil }

    /// Whether the newest known slot is within `limit` of `now`.
    func isFresh(_ now: Int64, limit: Int64) -> Bool {
        guard let knownSlot = self.knownSlot else { return false }
        return now - knownSlot <= limit
    }

    /// Where sight ends if nothing more comes: a slot owns the interval after it (reference: availability).
    func sightEnd(interval: Int64) -> Int64? {
        guard let knownSlot = self.knownSlot else { return nil }
        return min(self.blindFrom ?? Int64.max, knownSlot + interval)
    }

    /// Applies a result that is newer than the watermark, by `outcome`, which is `unknown` for an annulled one.
    mutating func apply(_ result: CheckResult, outcome: Outcome, of monitor: Monitor) {
        self.slot = result.slot
        self.attempt = result.attempt
        self.outcome = outcome
        self.reason = result.reason
        self.code = result.code
        self.detail = result.detail
        self.latency = result.timings.total
        self.certificateExpiresAt = result.certificateExpiresAt
        switch outcome {
        case .unknown: if self.blindFrom == nil { self.blindFrom = result.slot }
        case .up, .degraded: self.know(result.slot, good: true, of: monitor)
        case .down: self.know(result.slot, good: false, of: monitor)
        }
    }

    private mutating func know(_ slot: Int64, good: Bool, of monitor: Monitor) {
        if let known = self.knownSlot {
            if slot - known > monitor.memory { self.forget() }
            if slot - known > monitor.limit || self.blindFrom != nil { self.sightFrom = slot }
        } else {
            self.sightFrom = slot
        }
        self.knownSlot = slot
        self.blindFrom = nil
        if good {
            if self.successes == 0 { self.runFrom = slot }
            self.failures = 0
            self.successes = min(self.successes + 1, 1_000_000)
            if self.verdict == nil || (self.verdict == .bad && self.successes >= monitor.recoveryThreshold) {
                self.verdict = .good
                self.verdictFrom = self.runFrom
            }
        } else {
            if self.failures == 0 { self.runFrom = slot }
            self.successes = 0
            self.failures = min(self.failures + 1, 1_000_000)
            if self.verdict != .bad, self.failures >= monitor.failureThreshold {
                self.verdict = .bad
                self.verdictFrom = self.runFrom
            }
        }
    }
}
