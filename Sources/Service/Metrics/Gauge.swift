import Synchronization

/// A number that rises and falls; from any thread, some nanoseconds a call.
package final class Gauge: Sendable {
    private let number = AtomicNumber()

    init() {}

    /// Replaces the number.
    package func set(_ value: Double) {
        self.number.store(value)
    }

    /// Replaces the number.
    package func set(_ value: some BinaryInteger) {
        self.number.store(Double(value))
    }

    /// Adds an amount, which may be negative.
    package func add(_ amount: Double) {
        self.number.add(amount)
    }

    /// The present number.
    package var value: Double { self.number.load() }
}

/// A floating-point number that threads share.
final class AtomicNumber: Sendable {
    private let bits = Atomic<UInt64>(0)

    func load() -> Double {
        Double(bitPattern: self.bits.load(ordering: .relaxed))
    }

    func store(_ value: Double) {
        self.bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var old = self.bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (done, now) = self.bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = now
        }
    }
}
