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

    /// Those who wait until somebody else has read what they ask for, each with a flag of its own.
    private struct Waiting {
        var wakeups: [Wakeup] = []
    }

    private static let limit = 32
    /// How long somebody waits for another who reads the same, ms.
    private static let patience: Int64 = 2_000

    private let pool: PostgresPool
    private let points: Int
    private let kept = Mutex<[Key: Kept]>([:])
    /// What is being read: who asks for the same meanwhile waits for the answer instead of asking, too.
    private let reading = Mutex<[Key: Waiting]>([:])

    /// Reads from `pool`, in about `points` buckets.
    init(_ pool: PostgresPool, points: Int) {
        self.pool = pool
        self.points = points
    }

    /// The past of monitors at `now`, Unix ms; while the database is away the one that was read last, or an empty one.
    ///
    /// Blocks while the database is asked; for another caller who asks it for the same, two seconds at most: then the
    /// one that was read last must do. Throws what the database throws, and ``Refusal`` 503 where there is none.
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
        let end = MonotonicClock.millis + Self.patience
        while true {
            if let past = self.find(key) { return past }
            guard let wakeup = self.wait(for: key) else { break }
            // Whoever read it may have failed: then the next one tries.
            if wakeup.wait(millis: end - MonotonicClock.millis) { continue }
            guard var past = self.last(range, of: monitors) else { throw Refusal.busy }
            past.isStale = true
            return past
        }
        defer { self.endReading(key) }
        // Somebody else may have come to an end since it was looked for.
        return try self.find(key) ?? self.read(key, now: now)
    }

    /// What is raised once another caller has read it; `nil`: nobody does, and it is the caller's turn.
    private func wait(for key: Key) -> Wakeup? {
        self.reading.withLock { reading in
            guard reading[key] != nil else {
                reading[key] = Waiting()
                return nil
            }
            let wakeup = Wakeup()
            reading[key]?.wakeups.append(wakeup)
            return wakeup
        }
    }

    private func endReading(_ key: Key) {
        let waiting = self.reading.withLock { $0.removeValue(forKey: key) }
        for wakeup in waiting?.wakeups ?? [] { wakeup.raise() }
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
    /// Another caller asks the database for the same, and it takes long.
    fileprivate static var busy: Refusal {
        Refusal(
            response: .problem(
                503,
                "The database is busy with the same for somebody else; try again.",
                headers: [("Retry-After", "5")]
            )
        )
    }
}
