/// How many of the expected regions must be BAD before a monitor is DOWN (design §4).
package enum Quorum: Sendable, Hashable {
    /// ⌊expected / 2⌋ + 1.
    case majority
    /// One.
    case any
    /// Every expected region.
    case all
    /// A fixed number, at least 1; with fewer expected regions the monitor is UNKNOWN.
    case count(Int)

    /// How many BAD regions make DOWN out of `expected`; `nil` if no verdict is possible with so few.
    package func needed(of expected: Int) -> Int? {
        guard expected > 0 else { return nil }
        switch self {
        case .majority: return expected / 2 + 1
        case .any: return 1
        case .all: return expected
        case .count(let number): return expected < number ? nil : number
        }
    }
}
