import Events
import Latest
import Synchronization

/// The last results of the monitors that cards were asked for, kept fresh by what the board hears.
///
/// Bounded; what is missing has to be loaded. Any thread may use it.
final class Recents: Sendable {
    /// Enough of a result for one bar of a strip.
    struct Bar: Sendable, Equatable {
        let outcome: Outcome
        let region: String
        /// Unix ms.
        let slot: Int64
        let attempt: Int16
        let latencyMs: Float?

        init(_ result: RecentResult) {
            self.outcome = result.outcome
            self.region = result.region
            self.slot = result.slot
            self.attempt = Int16(clamping: result.attempt)
            self.latencyMs = result.latencyMs.map(Float.init)
        }

        func isSame(as other: Bar) -> Bool {
            self.slot == other.slot && self.attempt == other.attempt && self.region == other.region
        }
    }

    private struct Strip: Sendable {
        /// In the order in which they came.
        var bars: [Bar] = []
        /// Whether what Redis holds is in it; until then it only gathers what comes.
        var isLoaded = false

        mutating func add(_ bar: Bar) {
            guard !self.bars.contains(where: bar.isSame) else { return }
            self.bars.append(bar)
            if self.bars.count > LatestKeys.recentCount { self.bars.removeFirst() }
        }
    }

    private let strips: Mutex<BoundedCache<Strip>>

    /// An empty cache for the results of `limit` monitors.
    init(limit: Int = 4_096) {
        self.strips = Mutex(BoundedCache(limit: limit))
    }

    /// The last results of the monitors whose are known, the oldest first.
    func known(_ ids: [Int64]) -> [Int64: [Bar]] {
        self.strips.withLock { strips in
            var known: [Int64: [Bar]] = [:]
            for id in ids {
                if let strip = strips.use(id), strip.isLoaded { known[id] = strip.bars }
            }
            return known
        }
    }

    /// Adds what came, the oldest first, where the monitor was asked for.
    func add(_ results: [RecentResult], of id: Int64) {
        guard !results.isEmpty else { return }
        self.strips.withLock { strips in
            strips.change(id) { strip in
                for result in results { strip.add(Bar(result)) }
            }
        }
    }

    /// Begins to gather what comes for monitors that are about to be loaded.
    func expect(_ ids: [Int64]) {
        self.strips.withLock { strips in
            for id in ids where strips.use(id) == nil { strips.put(Strip(), for: id) }
        }
    }

    /// Takes over what was loaded since ``expect(_:)``, the oldest first, and puts what came meanwhile behind it.
    ///
    /// What was forgotten meanwhile stays so: something was missed that may be missing here.
    func load(_ results: [RecentResult], of id: Int64) {
        self.strips.withLock { strips in
            strips.change(id) { strip in
                let gathered = strip.bars
                strip = Strip(bars: results.map(Bar.init), isLoaded: true)
                for bar in gathered { strip.add(bar) }
            }
        }
    }

    /// Forgets monitors that are gone.
    func remove(_ ids: [Int64]) {
        self.strips.withLock { strips in
            for id in ids { strips.remove(id) }
        }
    }

    /// Forgets everything, since something was missed.
    func forgetAll() { self.strips.withLock { $0.removeAll() } }
}
