import Service
import Synchronization

/// How many results come in, over the last minute.
final class ResultRate: Sendable {
    /// Over how long the mean is, ms.
    static let window: Int64 = 60_000
    private static let seconds = Int(ResultRate.window / 1_000)

    private struct Counts {
        var begun: Int64
        var bySecond = [Int](repeating: 0, count: ResultRate.seconds)
        /// The second that was counted last.
        var last: Int64
    }

    private let counts: Mutex<Counts>

    /// Nothing was counted before `now`, monotonic ms.
    init(now: Int64 = MonotonicClock.millis) {
        self.counts = Mutex(Counts(begun: now / 1_000, last: now / 1_000))
    }

    /// Counts results that came at `now`, monotonic ms.
    func add(_ count: Int, now: Int64 = MonotonicClock.millis) {
        guard count > 0 else { return }
        self.counts.withLock { counts in
            Self.advance(&counts, to: now / 1_000)
            counts.bySecond[Int(counts.last % Int64(Self.seconds))] += count
        }
    }

    /// Results a second at `now`, monotonic ms, over the minute before the second that is running.
    func perSecond(now: Int64 = MonotonicClock.millis) -> Double {
        self.counts.withLock { counts in
            Self.advance(&counts, to: now / 1_000)
            let whole = min(counts.last - counts.begun, Int64(Self.seconds - 1))
            guard whole > 0 else { return 0 }
            let running = counts.bySecond[Int(counts.last % Int64(Self.seconds))]
            return Double(counts.bySecond.reduce(0, +) - running) / Double(whole)
        }
    }

    private static func advance(_ counts: inout Counts, to second: Int64) {
        guard second > counts.last else { return }
        for passed in max(counts.last + 1, second - Int64(self.seconds) + 1)...second {
            counts.bySecond[Int(passed % Int64(self.seconds))] = 0
        }
        counts.last = second
    }
}
