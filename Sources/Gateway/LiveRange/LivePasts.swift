import HTTPServer
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
        /// Whether it could not be read: then it is an older one, or none.
        var isStale = false
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

    /// One at a time.
    private final class Turn: Sendable {
        let lock = Mutex<Void>(())
    }

    private static let limit = 32
    /// How long somebody waits for others who read the same range, ms.
    private static let patience: Int64 = 2_000

    private let pool: PostgresPool
    private let points: Int
    private let kept = Mutex<[Key: Kept]>([:])
    /// Held while a range is read: who asks for the same meanwhile waits for the answer instead of asking, too.
    private let reading: [LiveRange: Turn]

    /// Reads from `pool`, in about `points` buckets.
    init(_ pool: PostgresPool, points: Int) {
        self.pool = pool
        self.points = points
        self.reading = Dictionary(uniqueKeysWithValues: LiveRange.allCases.map { ($0, Turn()) })
    }

    /// The past of monitors at `now`, Unix ms; while the database is away the one that was read last, or an empty one.
    ///
    /// Blocks while the database is asked. Throws what it throws, and ``Refusal`` 503 where others kept it busy with
    /// the same range for longer than a caller may wait.
    func past(_ range: LiveRange, of monitors: [Int64], now: Int64) throws -> Past {
        do {
            return try self.read(range, of: monitors, now: now)
        } catch let error as PostgresError where error.isTransient {
            let buckets = BucketRow(over: now - range.length..<now, width: range.width(points: self.points))
            var past = self.last(range, of: monitors) ?? Past(buckets: buckets, distributions: [:])
            past.isStale = true
            return past
        }
    }

    private func read(_ range: LiveRange, of monitors: [Int64], now: Int64) throws -> Past {
        let key = Key(range: range, monitors: monitors)
        if let past = self.find(key) { return past }
        guard let turn = self.reading[range] else { return try self.read(key, now: now) }
        let asked = MonotonicClock.millis
        return try turn.lock.withLock { _ in
            if let past = self.find(key) { return past }
            guard MonotonicClock.millis - asked < Self.patience else {
                throw Refusal.busy
            }
            return try self.read(key, now: now)
        }
    }

    private func read(_ key: Key, now: Int64) throws -> Past {
        let (range, monitors) = (key.range, key.monitors)
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

    /// What was read last, however long ago that was, unless others took its place.
    private func last(_ range: LiveRange, of monitors: [Int64]) -> Past? {
        self.kept.withLock { $0[Key(range: range, monitors: monitors)]?.past }
    }

    private func keep(_ past: Past, _ key: Key, until: Int64) {
        let now = MonotonicClock.millis
        self.kept.withLock { kept in
            if kept.count >= Self.limit { kept = kept.filter { $0.value.until > now } }
            if kept.count >= Self.limit { kept.removeAll() }
            kept[key] = Kept(past: past, until: until)
        }
    }
}

extension Refusal {
    /// Others ask the database for the same, and it takes long.
    fileprivate static var busy: Refusal {
        Refusal(
            response: .problem(
                503,
                "The database is busy with the same range for somebody else; try again.",
                headers: [("Retry-After", "5")]
            )
        )
    }
}
