package import Events

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
