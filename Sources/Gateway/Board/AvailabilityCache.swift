import History
import Synchronization

/// The availability that cards show, by monitor, as it was computed last; bounded.
///
/// Any thread may use it.
final class AvailabilityCache: Sendable {
    /// What is known of a window of time.
    struct Figure: Sendable, Equatable {
        /// 0 … 1; `nil`: nothing is known.
        var value: Double?
        /// The share of the window that is known, 0 … 1; `nil`: the monitor was paused all the time.
        var coverage: Double?

        /// Sums up spans over the last `length` ms before `now`, of which something is known until `known` (Unix ms).
        init(_ spans: [Span], length: Int64, now: Int64, known: Int64) {
            let availability = Availability(spans: spans, window: now - length..<now, known: known)
            self.value = availability.availability
            self.coverage = availability.coverage
        }
    }

    /// What a card shows.
    struct Figures: Sendable {
        /// The last hour.
        var hour: Figure
        /// The last 24 hours.
        var day: Figure
        /// The last 30 days.
        var month: Figure
        /// The last hour, by region.
        var regions: [(name: String, hour: Figure)]
        /// When it was computed, Unix ms.
        var asOf: Int64

        /// Whether it is to be computed anew at `now`, Unix ms.
        func isDue(_ now: Int64) -> Bool { now - self.asOf > 30_000 }

        /// Whether it is older than figures become while PostgreSQL answers.
        func isStale(_ now: Int64) -> Bool { now - self.asOf > 60_000 }
    }

    private let kept: Mutex<BoundedCache<Figures>>

    /// An empty cache for the figures of `limit` monitors.
    init(limit: Int = 120_000) {
        self.kept = Mutex(BoundedCache(limit: limit))
    }

    /// The figures of the monitors whose are known.
    func known(_ ids: [Int64]) -> [Int64: Figures] {
        self.kept.withLock { kept in
            var known: [Int64: Figures] = [:]
            known.reserveCapacity(ids.count)
            for id in ids { known[id] = kept.use(id) }
            return known
        }
    }

    /// The availability of 24 hours of the monitors whose is known, those whose is missing or made before `time` (Unix ms),
    /// and whether any is missing; no use.
    func days(of ids: [Int64], madeSince time: Int64) -> (known: [Int64: Double], due: [Int64], isMissing: Bool) {
        self.kept.withLock { kept in
            var days: [Int64: Double] = [:]
            days.reserveCapacity(ids.count)
            var due: [Int64] = []
            var isMissing = false
            for id in ids {
                guard let figures = kept.value(id) else {
                    due.append(id)
                    isMissing = true
                    continue
                }
                days[id] = figures.day.value
                if figures.asOf < time { due.append(id) }
            }
            return (days, due, isMissing)
        }
    }

    /// Takes over what was computed.
    func put(_ figures: [(id: Int64, figures: Figures)]) {
        self.kept.withLock { kept in
            for (id, figures) in figures { kept.put(figures, for: id) }
        }
    }
}
