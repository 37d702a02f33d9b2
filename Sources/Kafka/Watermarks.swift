/// The ends of a partition.
package struct Watermarks: Sendable, Equatable {
    /// The offset of the oldest record that the log still has; equal to `high` when there is none.
    package let low: Int64
    /// The offset that will be written next.
    package let high: Int64
}
