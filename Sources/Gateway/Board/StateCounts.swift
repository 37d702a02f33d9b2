import Events
import JSON

/// How many monitors are in each state.
struct StateCounts: Sendable, Equatable {
    /// From the worst to the best.
    private static let order: [State] = [.down, .recovering, .pending, .unknown, .new, .up, .paused]
    /// How many grades of badness there are.
    static let badnesses = 2 * Self.order.count

    private(set) var total = 0
    private var byBadness = [Int](repeating: 0, count: Self.badnesses)

    /// How many are in a state.
    subscript(state: State) -> Int {
        let worse = Self.badness(state, isDegraded: true)
        return self.byBadness[worse] + self.byBadness[worse + 1]
    }

    /// Those of the monitors that are up which are slow.
    var degraded: Int { stride(from: 0, to: Self.badnesses, by: 2).reduce(0) { $0 + self.byBadness[$1] } }

    /// Counts one more of this badness.
    mutating func add(_ badness: Int) {
        self.total += 1
        self.byBadness[badness] += 1
    }

    /// Counts one less of this badness.
    mutating func remove(_ badness: Int) {
        self.total -= 1
        self.byBadness[badness] -= 1
    }

    /// Writes an object with a number for each state, and `degraded`, which is a part of `up`.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for state in State.allCases { writer.member(state.rawValue, self[state]) }
        writer.member("degraded", self.degraded)
        writer.endObject()
    }

    /// The worst state that anything is in; `nil`: nothing was counted.
    var worst: State? { Self.order.first { self[$0] > 0 } }

    /// The place of a state in the order of badness, the worst is 0; slow ones come before those that are well.
    static func badness(_ state: State, isDegraded: Bool) -> Int {
        let place = Self.order.firstIndex(of: state) ?? 0
        return 2 * place + (isDegraded ? 0 : 1)
    }
}
