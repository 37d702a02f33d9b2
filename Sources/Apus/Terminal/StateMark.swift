import Events

/// How a state or an outcome is told apart at a glance: by shape first, colour only helps.
struct StateMark: Equatable {
    /// One column.
    let shape: String
    let ink: TextStyle.Ink?
    /// What is shown first: the least.
    let rank: Int

    /// The mark of a state of the API; one that is not known here looks like `unknown`.
    static func of(state: String, degraded: Bool) -> StateMark {
        switch state {
        case "down": StateMark(shape: "✖", ink: .red, rank: 0)
        case "pending": StateMark(shape: "◔", ink: .yellow, rank: 1)
        case "recovering": StateMark(shape: "◑", ink: .yellow, rank: 2)
        case "up" where degraded: StateMark(shape: "▲", ink: .yellow, rank: 4)
        case "up": StateMark(shape: "●", ink: .green, rank: 6)
        case "new": StateMark(shape: "○", ink: nil, rank: 5)
        case "paused": StateMark(shape: "‖", ink: .faint, rank: 7)
        default: StateMark(shape: "?", ink: .magenta, rank: 3)
        }
    }

    /// The mark of what one check found.
    static func of(outcome: Outcome) -> StateMark {
        switch outcome {
        case .up: self.of(state: "up", degraded: false)
        case .degraded: self.of(state: "up", degraded: true)
        case .down: self.of(state: "down", degraded: false)
        case .unknown: self.of(state: "unknown", degraded: false)
        }
    }
}
