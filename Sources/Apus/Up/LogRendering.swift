import JSON
import Service

/// How lines of the merged log look: for people, coloured or not, or as the JSON that the processes wrote.
struct LogRendering: Sendable {
    /// Whether lines are passed on as JSON.
    let isJSON: Bool
    /// Whether names and levels are coloured.
    let isColoured: Bool
    /// Columns for the names of processes.
    let width: Int

    /// A line of `apus` itself, with its line feed.
    func own(_ text: String) -> String {
        self.isJSON
            ? self.wrapped(text, "apus") : self.prefix("apus", Timestamp.rfc3339(WallClock.millis)) + text + "\n"
    }

    /// A line of a child, with its line feed: a structured one set for people, any other as it is.
    func line(_ bytes: [UInt8], from process: String) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.first == UInt8(ascii: "{"), case .object(let object)? = try? JSONParser.parse(bytes),
            case .string(let time)? = object["time"], case .string(let message)? = object["message"]
        else {
            if self.isJSON { return self.wrapped(text, process) }
            return self.prefix(process, Timestamp.rfc3339(WallClock.millis)) + LogEscape.plain(text) + "\n"
        }
        if self.isJSON { return text + "\n" }
        var line = self.prefix(process, time)
        if case .string(let level)? = object["level"], level != "info" {
            line += self.coloured(level, level == "error" ? 31 : level == "warning" ? 33 : 2) + " "
        }
        line += LogEscape.plain(message)
        for member in object.members where !["time", "level", "process", "message"].contains(member.name) {
            line += " " + self.coloured(LogEscape.plain(member.name) + "=", 2) + self.value(member.value)
        }
        return line + "\n"
    }

    private func value(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): LogEscape.word(text)
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        // No process writes these.
        case .null, .array, .object: value.kind
        }
    }

    /// Time of day in UTC and the name; the time is RFC 3339.
    private func prefix(_ process: String, _ time: String) -> String {
        let clock = time.count == 24 ? String(time.dropFirst(11).dropLast(1)) : LogEscape.plain(time)
        let padding = String(repeating: " ", count: max(0, self.width - process.count))
        return self.coloured(clock, 2) + " " + self.coloured(process, Self.colour(of: process)) + padding + "  "
    }

    private func wrapped(_ text: String, _ process: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("time", time: WallClock.millis)
        writer.member("level", "info")
        writer.member("process", process)
        writer.member("message", text)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        self.isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// The same colour for the same process in every run.
    private static func colour(of process: String) -> Int {
        switch process {
        case "apus": 1
        case "gateway": 36
        case "processor": 35
        case "alerter": 33
        default: 34
        }
    }
}
