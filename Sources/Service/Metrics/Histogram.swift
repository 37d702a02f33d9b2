/// Counts observations, mostly seconds, in fixed buckets; from any thread, some nanoseconds a call.
package final class Histogram: Sendable {
    /// From 1 ms to 60 s, for requests, rounds and deliveries.
    package static let seconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// The buckets' upper bounds, rising; what is above the last is counted in `+Inf`.
    let bounds: [Double]
    private let counts: [Counter]
    private let sum = AtomicNumber()

    init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a histogram's bounds must rise")
        self.bounds = bounds
        self.counts = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts one observation.
    package func observe(_ value: Double) {
        var bucket = 0
        while bucket < self.bounds.count && value > self.bounds[bucket] { bucket += 1 }
        self.counts[bucket].add()
        self.sum.add(value)
    }

    /// The counts per bucket, the last being what is above all bounds, and the sum of what was observed.
    package var snapshot: (counts: [Int], sum: Double) {
        (counts: self.counts.map(\.value), sum: self.sum.load())
    }
}
