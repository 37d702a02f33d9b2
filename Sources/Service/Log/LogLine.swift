/// One line of the log before it is written.
struct LogLine {
    let time: Int64
    let level: LogLevel
    let process: String
    let message: String
    let fields: [(key: String, value: LoggedValue)]

    /// Appends the line as one JSON object, with its line feed.
    func appendJSON(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        Timestamp.append(self.time, to: &bytes)
        bytes.append(contentsOf: "\",\"level\":\"".utf8)
        bytes.append(contentsOf: self.level.rawValue.utf8)
        bytes.append(contentsOf: "\",\"process\":".utf8)
        LogEscape.appendQuoted(self.process, to: &bytes)
        bytes.append(contentsOf: ",\"message\":".utf8)
        LogEscape.appendQuoted(self.message, to: &bytes)
        for field in self.fields {
            bytes.append(UInt8(ascii: ","))
            LogEscape.appendQuoted(field.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            switch field.value {
            case .bare(let text): bytes.append(contentsOf: text.utf8)
            case .text(let text): LogEscape.appendQuoted(text, to: &bytes)
            }
        }
        bytes.append(contentsOf: "}\n".utf8)
    }

    /// Appends the line for people, with its line feed.
    func appendLogfmt(coloured: Bool, to bytes: inout [UInt8]) {
        Timestamp.append(self.time, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        if coloured { bytes.append(contentsOf: self.colour.utf8) }
        bytes.append(contentsOf: self.level.rawValue.utf8)
        if coloured { bytes.append(contentsOf: "\u{1B}[0m".utf8) }
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: self.process.utf8)
        bytes.append(contentsOf: ": ".utf8)
        LogEscape.appendPlain(self.message, to: &bytes)
        for field in self.fields {
            bytes.append(UInt8(ascii: " "))
            if coloured { bytes.append(contentsOf: "\u{1B}[2m".utf8) }
            LogEscape.appendPlain(field.key, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            if coloured { bytes.append(contentsOf: "\u{1B}[0m".utf8) }
            switch field.value {
            case .bare(let text): bytes.append(contentsOf: text.utf8)
            case .text(let text): LogEscape.appendWord(text, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private var colour: String {
        switch self.level {
        case .debug: "\u{1B}[2m"
        case .info: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .error: "\u{1B}[31m"
        }
    }
}
