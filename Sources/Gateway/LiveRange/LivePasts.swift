import History
import Postgres
import Service
import Synchronization

/// The distributions that were read last, for those who ask for the same soon after.
///
/// Bounded; safe from every thread.
final class LivePasts: Sendable {
    /// What monitors found over a range.
    struct Past: Sendable {
        let buckets: BucketRow
        let distributions: [Int64: [CheckDistribution]]
    }

    private struct Key: Hashable {
        let range: LiveRange
        let monitors: [Int64]
    }

    private struct Kept {
        let past: Past
        /// Monotonic ms.
        let until: Int64
    }

    private static let limit = 32

    private let pool: PostgresPool
    private let points: Int
    private let kept = Mutex<[Key: Kept]>([:])

    /// Reads from `pool`, in about `points` buckets.
    init(_ pool: PostgresPool, points: Int) {
        self.pool = pool
        self.points = points
    }

    /// The past of monitors at `now`, Unix ms.
    func past(_ range: LiveRange, of monitors: [Int64], now: Int64) throws -> Past {
        let key = Key(range: range, monitors: monitors)
        if let past = self.find(key) { return past }
        let width = range.width(points: self.points)
        let buckets = BucketRow(over: now - range.length..<now, width: width)
        let distributions = try self.pool.withConnection {
            try HistoryQueries.distributions(of: monitors, in: buckets, from: range.source(width: width), on: $0)
        }
        let past = Past(buckets: buckets, distributions: distributions)
        self.keep(past, key, until: MonotonicClock.millis + range.keeping)
        return past
    }

    private func find(_ key: Key) -> Past? {
        let now = MonotonicClock.millis
        return self.kept.withLock { kept in kept[key].flatMap { $0.until > now ? $0.past : nil } }
    }

    private func keep(_ past: Past, _ key: Key, until: Int64) {
        let now = MonotonicClock.millis
        self.kept.withLock { kept in
            kept = kept.filter { $0.value.until > now }
            if kept.count >= Self.limit { kept.removeAll() }
            kept[key] = Kept(past: past, until: until)
        }
    }
}
