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
    /// When it saw the target.
    var sight = Sight()
    var verdict: Verdict?
    /// Failures in a row, capped at the threshold's reach.
    var failures = 0
    /// Successes in a row.
    var successes = 0
    /// The slot at which the present run of failures or successes began.
    var runFrom: Int64 = 0
    /// The slot at which the run began that made the verdict.
    var verdictFrom: Int64 = 0
    /// The region's verdicts and the spans made of them.
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

    /// Whether the newest known slot is within `limit` of `now`.
    func isFresh(_ now: Int64, limit: Int64) -> Bool {
        guard let knownSlot = self.knownSlot else { return false }
        return now - knownSlot <= limit
    }

    /// Takes `state` for the verdict from `time` on; a region that never had one is unknown anyway.
    mutating func mark(_ time: Int64, _ state: SpanState) {
        guard state != .unknown || !self.span.verdicts.isEmpty else { return }
        self.span.set(time, state)
    }

    /// Applies a result that is newer than the watermark; returns whether the region's spans are other than before.
    ///
    /// - Parameters:
    ///   - outcome: the result's own, or `unknown` if it is annulled.
    ///   - start: since when the monitor is watched; what was before is settled.
    ///   - isWatched: whether the region's pulses go on.
    ///   - now: the partition's time.
    mutating func apply(
        _ result: CheckResult,
        outcome: Outcome,
        of monitor: Monitor,
        since start: Int64,
        isWatched: Bool,
        now: Int64
    ) -> Bool {
        self.slot = result.slot
        self.attempt = result.attempt
        self.outcome = outcome
        self.reason = result.reason
        self.code = result.code
        self.detail = result.detail
        self.latency = result.timings.total
        self.certificateExpiresAt = result.certificateExpiresAt
        switch outcome {
        case .unknown: return self.sight.cut(at: result.slot)
        case .up, .degraded, .down: break
        }
        let before = self.verdict
        let gap = self.knownSlot.map { result.slot - $0 }
        if let gap, gap > monitor.memory { self.forget() }
        self.knownSlot = result.slot
        self.count(result.slot, good: outcome != .down, of: monitor)
        let goesOn = isWatched && self.isFresh(now, limit: monitor.limit)
        let isNews = self.sight.see(result.slot, after: gap, goesOn: goesOn, of: monitor)
        let verdicts = self.span.verdicts.last
        switch self.verdict {
        case .none: self.mark(max(result.slot, start), .unknown)
        case .good where before != .good: self.mark(max(self.verdictFrom, start), .up)
        case .bad where before != .bad: self.mark(max(self.verdictFrom, start), .down)
        case .good, .bad: break
        }
        return isNews || self.span.verdicts.last != verdicts
    }

    private mutating func count(_ slot: Int64, good: Bool, of monitor: Monitor) {
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
