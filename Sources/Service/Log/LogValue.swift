/// What may stand behind a key of a line of the log: texts, numbers, truth values, and what describes itself.
package protocol LogValue: Sendable {
    /// The value as the log writes it.
    var logged: LoggedValue { get }
}

/// A value of the log: numbers and truth values are written bare, texts escaped.
package enum LoggedValue: Sendable, Equatable {
    /// Digits or `true`/`false`, valid in JSON as they are.
    case bare(String)
    /// Anything.
    case text(String)
}

extension String: LogValue {
    /// A text.
    package var logged: LoggedValue { .text(self) }
}

extension Bool: LogValue {
    /// `true` or `false`.
    package var logged: LoggedValue { .bare(self ? "true" : "false") }
}

extension Double: LogValue {
    /// A number; a text when it is none (`inf`, `nan`).
    package var logged: LoggedValue { self.isFinite ? .bare("\(self)") : .text("\(self)") }
}

extension Secret: LogValue {
    /// Never the secret.
    package var logged: LoggedValue { .text(self.description) }
}

extension LogValue where Self: FixedWidthInteger {
    /// A number.
    package var logged: LoggedValue { .bare(String(self)) }
}

extension Int: LogValue {}
extension Int64: LogValue {}
extension Int32: LogValue {}
extension UInt16: LogValue {}
extension UInt64: LogValue {}
