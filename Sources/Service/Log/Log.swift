import Glibc

/// The structured log of one process: a constant message and fields, one line each.
///
/// Any thread may write. A call costs a lock and a copy; a dedicated thread writes to standard error within 100 ms, at
/// once from ``LogLevel/warning`` on. Fields below the level are not evaluated. Secrets don't belong into fields.
package final class Log: Sendable {
    /// The fields of a line, in order.
    package typealias Fields = KeyValuePairs<String, any LogValue>

    /// Lines below this level are not written.
    package let level: LogLevel

    private let process: String
    private let isJSON: Bool
    private let isColoured: Bool
    private let writer: LogWriter

    /// A log of the process with this name on the given descriptor (standard error), which must stay open.
    package init(process: String, level: LogLevel = .info, format: LogFormat = .auto, descriptor: Int32 = STDERR_FILENO)
    {
        let isTerminal = isatty(descriptor) == 1
        self.process = process
        self.level = level
        self.isJSON = format == .json || (format == .auto && !isTerminal)
        self.isColoured = isTerminal
        self.writer = LogWriter(descriptor: descriptor)
    }

    /// How many lines were dropped since the start because standard error took none.
    package var dropped: Int { self.writer.dropped }

    /// Writes a line of the level debug.
    package func debug(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        self.write(.debug, message, fields)
    }

    /// Writes a line of the level info.
    package func info(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        self.write(.info, message, fields)
    }

    /// Writes a line of the level warning.
    package func warning(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        self.write(.warning, message, fields)
    }

    /// Writes a line of the level error.
    package func error(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        self.write(.error, message, fields)
    }

    /// Waits until everything is written, at most `millis` milliseconds; to be called before the process ends.
    package func flush(millis: Int64 = 1_000) {
        self.writer.flush(millis: millis)
    }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: () -> Fields) {
        guard level >= self.level else { return }
        let named = fields().map { (key: $0.key, value: $0.value.logged) }
        let time = WallClock.millis
        self.writer.append(urgent: level >= .warning) { dropped, bytes in
            var all = named
            if dropped > 0 { all.append((key: "droppedLines", value: .bare(String(dropped)))) }
            let line = LogLine(time: time, level: level, process: self.process, message: "\(message)", fields: all)
            if self.isJSON {
                line.appendJSON(to: &bytes)
            } else {
                line.appendLogfmt(coloured: self.isColoured, to: &bytes)
            }
        }
    }
}
