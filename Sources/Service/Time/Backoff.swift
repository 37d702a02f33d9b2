/// Growing pauses between attempts, with jitter, so that many clients don't come back at one moment.
package struct Backoff: Sendable {
    private let first: Int64
    private let limit: Int64
    private var failures = 0

    /// Pauses from `first` milliseconds, doubled with each failure up to `limit` milliseconds.
    package init(first: Int64, limit: Int64) {
        precondition(first > 0 && limit >= first, "a back-off needs 0 < first <= limit")
        self.first = first
        self.limit = limit
    }

    /// The pause before the next attempt, in milliseconds: between half of the grown pause and all of it.
    package mutating func next() -> Int64 {
        var generator = SystemRandomNumberGenerator()
        return self.next(using: &generator)
    }

    /// The same with the caller's randomness.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Int64 {
        let grown = self.failures < 32 ? min(self.first << self.failures, self.limit) : self.limit
        self.failures += 1
        return Int64.random(in: (grown - grown / 2)...grown, using: &generator)
    }

    /// To be called after a success: the next pause is the first again.
    package mutating func reset() {
        self.failures = 0
    }
}
