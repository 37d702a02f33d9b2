import Synchronization

/// A number that only grows, as of events or bytes; from any thread, some nanoseconds a call.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    init() {}

    /// Adds `amount`, which must not be negative.
    package func add(_ amount: Int = 1) {
        self.count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The present count.
    package var value: Int { self.count.load(ordering: .relaxed) }
}
