/// How much a line of the log matters.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// Every step, for one who looks for a fault.
    case debug
    /// What an operator wants to read in quiet times.
    case info
    /// Something is wrong and the program goes on.
    case warning
    /// Something is wrong and work is left undone.
    case error

    /// By weight.
    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.weight < right.weight
    }

    private var weight: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// How lines of the log are written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Logfmt on a terminal, JSON otherwise.
    case auto
    /// `time level process: message key=value …`, coloured on a terminal.
    case logfmt
    /// One JSON object per line.
    case json
}
