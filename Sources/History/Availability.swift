import Events

/// How much of a window a monitor (or one of its regions) was up, in exact milliseconds (design §6).
///
/// Availability is time, not checks: up / (up + down). What nobody watched is neither: it lowers the coverage.
package struct Availability: Sendable, Hashable {
    /// Milliseconds known to be up (degraded included).
    package var up: Int64 = 0
    /// Milliseconds known to be down.
    package var down: Int64 = 0
    /// Milliseconds nobody can speak for.
    package var unknown: Int64 = 0
    /// Milliseconds during which the monitor was paused or did not exist; no part of the window.
    package var paused: Int64 = 0

    /// Nothing was seen yet.
    package init() {}

    /// Sums up what `spans` say about `window` (Unix ms, half open).
    ///
    /// `spans` are of one monitor and region, in order of time, and begin with the one that was going on when the
    /// window began, if there was one: each lasts until the next, the last until `known`. Before the first the
    /// monitor did not exist; from `known` to the end of the window nobody knows.
    package init(spans: [Span], window: Range<Int64>, known: Int64) {
        var from = window.lowerBound
        var state = SpanState.paused
        for span in spans {
            self.add(state, from: from, to: min(max(span.from, window.lowerBound), window.upperBound), known: known)
            from = min(max(span.from, window.lowerBound), window.upperBound)
            state = span.state
        }
        self.add(state, from: from, to: window.upperBound, known: known)
    }

    /// up / (up + down), 0 … 1; `nil` where nothing is known: never 0 and never 1 for want of data.
    package var availability: Double? {
        let known = self.up + self.down
        return known > 0 ? Double(self.up) / Double(known) : nil
    }

    /// The share of the window that is known, 0 … 1; `nil` where the monitor was paused all the time.
    package var coverage: Double? {
        let watched = self.up + self.down + self.unknown
        return watched > 0 ? Double(self.up + self.down) / Double(watched) : nil
    }

    private mutating func add(_ state: SpanState, from: Int64, to: Int64, known: Int64) {
        guard to > from else { return }
        if state == .paused {
            self.paused += to - from
            return
        }
        let seen = min(max(known, from), to)
        switch state {
        case .up: self.up += seen - from
        case .down: self.down += seen - from
        case .unknown: self.unknown += seen - from
        case .paused: break
        }
        self.unknown += to - seen
    }
}
