/// How a mock target answers.
enum MockMode: Sendable, Equatable {
    /// 200 at once.
    case ok
    /// 200 after so many milliseconds.
    case slow(delay: Int64)
    /// This status at once.
    case status(Int)
    /// The request is read and never answered.
    case timeout
    /// The connection is reset once the request is read.
    case reset
    /// So many milliseconds 200, as many the status, in turns.
    case flapping(period: Int64, status: Int)

    /// The names as in `mode=…`.
    static let names = ["ok", "slow", "status", "timeout", "reset", "flapping"]

    /// Reads `mode`, `status`, `delay` and `period` (seconds); what is wrong is said in a sentence.
    init(query: [String: String]) throws(MockProblem) {
        for name in query.keys.sorted() where !["mode", "status", "delay", "period"].contains(name) {
            throw MockProblem("unknown parameter \"\(name)\"; expected mode, status, delay and period")
        }
        let status = Int(query["status"] ?? "503")
        guard let status, (200...599).contains(status) else {
            throw MockProblem("status: expected a number from 200 to 599, found \"\(query["status"] ?? "")\"")
        }
        switch query["mode"] {
        case "ok": self = .ok
        case "slow": self = .slow(delay: try Self.millis("delay", query["delay"] ?? "2"))
        case "status": self = .status(status)
        case "timeout": self = .timeout
        case "reset": self = .reset
        case "flapping": self = .flapping(period: try Self.millis("period", query["period"] ?? "10"), status: status)
        default:
            let found = query["mode"].map { "\"\($0)\"" } ?? "none"
            throw MockProblem("mode: expected one of \(Self.names.joined(separator: ", ")), found \(found)")
        }
    }

    /// The name as in `mode=…`.
    var name: String {
        switch self {
        case .ok: "ok"
        case .slow: "slow"
        case .status: "status"
        case .timeout: "timeout"
        case .reset: "reset"
        case .flapping: "flapping"
        }
    }

    /// What is served `age` milliseconds after the mode was set.
    func answer(age: Int64) -> MockAnswer {
        switch self {
        case .ok: .status(200, delay: 0)
        case .slow(let delay): .status(200, delay: delay)
        case .status(let status): .status(status, delay: 0)
        case .timeout: .nothing
        case .reset: .reset
        case .flapping(let period, let status): .status(age / period % 2 == 0 ? 200 : status, delay: 0)
        }
    }

    private static func millis(_ name: String, _ text: String) throws(MockProblem) -> Int64 {
        guard let seconds = Double(text), seconds >= 0.001, seconds <= 86_400 else {
            throw MockProblem("\(name): expected seconds from 0.001 to 86400, found \"\(text)\"")
        }
        return Int64(seconds * 1_000)
    }
}

/// What one request gets.
enum MockAnswer: Sendable, Equatable {
    /// A status after so many milliseconds.
    case status(Int, delay: Int64)
    /// Silence.
    case nothing
    /// A reset connection.
    case reset
}

/// What is wrong with a request to the mock itself.
struct MockProblem: Error, Equatable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
