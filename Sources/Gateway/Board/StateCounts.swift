import Events
import JSON

/// How many monitors are in each state.
struct StateCounts: Sendable, Equatable {
    private(set) var total = 0
    /// Those of the monitors that are up which are slow.
    private(set) var degraded = 0
    private var byState: [State: Int] = [:]

    /// How many are in a state.
    subscript(state: State) -> Int { self.byState[state] ?? 0 }

    /// Counts one more, as it is shown at `now`, Unix ms.
    mutating func add(_ entry: BoardEntry, now: Int64) {
        self.total += 1
        self.byState[entry.state(at: now), default: 0] += 1
        if entry.isDegraded(now) { self.degraded += 1 }
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

    /// From the worst to the best.
    private static let order: [State] = [.down, .recovering, .pending, .unknown, .new, .up, .paused]

    /// The place of a monitor's state in the order of badness, the worst is 0; slow ones come before those that are well.
    static func badness(_ entry: BoardEntry, now: Int64) -> Int {
        let place = Self.order.firstIndex(of: entry.state(at: now)) ?? 0
        return 2 * place + (entry.isDegraded(now) ? 0 : 1)
    }
}
