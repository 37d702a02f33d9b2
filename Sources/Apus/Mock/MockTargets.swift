import JSON

/// The targets of a mock, their modes, and what they served.
struct MockTargets {
    /// The most lines that are kept; the oldest go first.
    static let logLimit = 100_000
    /// The most targets; requests to further ones are answered 404.
    static let targetLimit = 20_000

    private struct Target {
        var mode: MockMode = .ok
        var since: Int64
    }

    private var targets: [String: Target] = [:]
    private var lines: [[UInt8]] = []
    private var firstLine = 0

    /// Sets a target's mode; `now` in Unix milliseconds.
    ///
    /// False when there are too many targets.
    mutating func set(_ name: String, _ mode: MockMode, now: Int64) -> Bool {
        guard self.targets[name] != nil || self.targets.count < Self.targetLimit else { return false }
        self.targets[name] = Target(mode: mode, since: now)
        self.append(now, name) { $0.member("mode", mode.name) }
        return true
    }

    /// Decides on and logs the answer to one request; nil when there are too many targets.
    mutating func serve(_ name: String, method: String, path: String, now: Int64) -> MockAnswer? {
        if self.targets[name] == nil {
            guard self.targets.count < Self.targetLimit else { return nil }
            self.targets[name] = Target(since: now)
        }
        guard let target = self.targets[name] else { return nil }
        let answer = target.mode.answer(age: now - target.since)
        self.append(now, name) { line in
            line.member("method", method)
            line.member("path", path)
            switch answer {
            case .status(let status, let delay):
                line.member("served", status)
                line.member("delay", delay)
            case .nothing: line.member("served", "timeout")
            case .reset: line.member("served", "reset")
            }
        }
        return answer
    }

    /// The names and modes, by name.
    var modes: [(name: String, mode: MockMode)] {
        self.targets.map { (name: $0.key, mode: $0.value.mode) }.sorted { $0.name < $1.name }
    }

    /// What was served and set, one JSON object a line, oldest first.
    var log: [UInt8] {
        Array(self.lines[self.firstLine...].joined())
    }

    private mutating func append(_ now: Int64, _ target: String, _ rest: (inout JSONWriter) -> Void) {
        var line = JSONWriter()
        line.beginObject()
        line.member("time", now)
        line.member("target", target)
        rest(&line)
        line.endObject()
        self.lines.append(line.bytes + [UInt8(ascii: "\n")])
        // The front is forgotten lazily, so that a full log costs no move per line.
        if self.lines.count - self.firstLine > Self.logLimit { self.firstLine += 1 }
        if self.firstLine > Self.logLimit {
            self.lines.removeFirst(self.firstLine)
            self.firstLine = 0
        }
    }
}
