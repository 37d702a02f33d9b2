/// From an instant on, a monitor or one of its regions was in a state, until the next span begins (design §6).
package struct Span: Sendable, Hashable {
    /// When it began, Unix ms.
    package var from: Int64
    /// What it was.
    package var state: SpanState

    /// A span as it is stored.
    package init(from: Int64, state: SpanState) {
        self.from = from
        self.state = state
    }
}

/// The states that availability tells apart.
package enum SpanState: String, Sendable, Hashable, CaseIterable {
    /// Up, also while suspected, recovering or degraded, unless that was confirmed to be down.
    case up
    /// Confirmed to be down, from the first failure of the run that confirmed it.
    case down
    /// Nobody can say.
    case unknown
    /// Nobody wanted to know.
    case paused
}
