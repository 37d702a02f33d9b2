import Events

/// Which statuses a page shows: a part of the board, in the order of the ids.
struct BoardQuery: Sendable, Equatable {
    /// Begins behind this id.
    var after: Int64 = 0
    /// The most that one page shows.
    var limit: Int
    /// Only monitors in this state; `nil`: in any.
    var state: State?

    /// Whether a monitor in `state` is one of those asked for, on this page or another.
    func matches(_ state: State) -> Bool { self.state == nil || self.state == state }
}
