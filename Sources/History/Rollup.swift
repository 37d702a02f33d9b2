package import Events

/// A sum over results: counts by outcome, and the latencies of the answers that were correct (design §6).
///
/// Counts and latencies take attempt 0 alone; repetitions are counted beside. Adding is commutative, so late results
/// are simply added.
package struct Rollup: Sendable, Hashable {
    /// Correct and fast enough.
    package var up: Int64 = 0
    /// Correct, but slow.
    package var degraded: Int64 = 0
    /// Not correct.
    package var down: Int64 = 0
    /// Not to be judged.
    package var unknown: Int64 = 0
    /// Repetitions: attempts above 0.
    package var retries: Int64 = 0
    /// The shortest latency, µs; `nil`: there is none.
    package var least: Int64?
    /// The longest latency, µs.
    package var greatest: Int64?
    /// The sum of the latencies, µs.
    package var sum: Int64 = 0
    /// The latencies.
    package var histogram = LatencyHistogram()

    /// Nothing yet.
    package init() {}

    /// Whether nothing was added.
    package var isEmpty: Bool { self.up + self.degraded + self.down + self.unknown + self.retries == 0 }

    /// Correct / (correct + not correct), 0 … 1; `nil` where nothing was judged.
    package var successRatio: Double? {
        let judged = self.up + self.degraded + self.down
        return judged > 0 ? Double(self.up + self.degraded) / Double(judged) : nil
    }

    /// The mean latency, µs, rounded; `nil` where there is none.
    package var mean: Int64? {
        self.histogram.total > 0 ? (self.sum + Int64(self.histogram.total / 2)) / Int64(self.histogram.total) : nil
    }

    /// The latency below which the share `quantile` (0 … 1) lies, µs, at most 6.25 % off; `nil` where there is none.
    ///
    /// Never beyond the shortest and the longest, which are known exactly.
    package func quantile(_ quantile: Double) -> Int64? {
        guard let least = self.least, let greatest = self.greatest else { return nil }
        return self.histogram.quantile(quantile).map { min(max(Int64($0.rounded()), least), greatest) }
    }

    /// Adds one result.
    package mutating func add(_ result: CheckResult) {
        self.add(result.outcome, attempt: result.attempt, latency: result.timings.total)
    }

    /// Adds one result by what counts; `latency` in µs.
    package mutating func add(_ outcome: Outcome, attempt: Int, latency: Int64?) {
        guard attempt == 0 else {
            self.retries += 1
            return
        }
        switch outcome {
        case .up: self.up += 1
        case .degraded: self.degraded += 1
        case .down: self.down += 1
        case .unknown: self.unknown += 1
        }
        guard outcome == .up || outcome == .degraded, let latency else { return }
        self.least = min(self.least ?? latency, latency)
        self.greatest = max(self.greatest ?? latency, latency)
        self.sum += latency
        self.histogram.add(latency)
    }

    /// Adds all that another sum holds.
    package mutating func merge(_ other: Rollup) {
        self.up += other.up
        self.degraded += other.degraded
        self.down += other.down
        self.unknown += other.unknown
        self.retries += other.retries
        if let least = other.least { self.least = min(self.least ?? least, least) }
        if let greatest = other.greatest { self.greatest = max(self.greatest ?? greatest, greatest) }
        self.sum += other.sum
        self.histogram.merge(other.histogram)
    }
}
