/// The ends of a partition.
package struct Watermarks: Sendable, Equatable {
    /// The offset of the oldest record that the log still has; equal to `high` when there is none.
    package let low: Int64
    /// The offset that will be written next.
    package let high: Int64

    /// The ends as a broker tells them; `low` is at most `high`.
    package init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
