import Glibc

/// A process told from every other that had or will have its pid: by its start time and the boot of the system.
struct ProcessIdentity: Equatable {
    let id: Int32
    private let startedAt: String
    private let boot: String

    /// The process that has this pid now; nil when there is none.
    init?(_ id: Int32) {
        guard id > 1, let startedAt = Self.startTime(of: id) else { return nil }
        self.id = id
        self.startedAt = startedAt
        self.boot = Self.currentBoot
    }

    /// Reads what `text` wrote; nil when it is something else.
    init?(text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let id = Int32(words[0]), id > 1 else { return nil }
        self.id = id
        self.startedAt = String(words[1])
        self.boot = String(words[2])
    }

    var text: String { "\(self.id) \(self.startedAt) \(self.boot)\n" }

    /// Whether this very process still runs; one that ended and was not reaped yet does not.
    var isRunning: Bool { self.boot == Self.currentBoot && Self.startTime(of: self.id) == self.startedAt }

    private static var currentBoot: String {
        (readFile("/proc/sys/kernel/random/boot_id") ?? "").filter { !$0.isWhitespace }
    }

    /// The 22nd field of `/proc/<pid>/stat`: clock ticks between the boot and the start of the process.
    private static func startTime(of id: Int32) -> String? {
        guard let text = readFile("/proc/\(id)/stat"), let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return String(fields[19])
    }
}
