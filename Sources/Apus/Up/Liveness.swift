import JSON
import Service

/// When a child that lives but does nothing is given up: one that is frozen, or whose loops stand still.
struct Liveness: Sendable {
    /// Milliseconds between two questions; each may be answered as long.
    let interval: Int64
    /// For how many milliseconds a child may give no good answer.
    let patience: Int64
    /// How many questions it must have left unanswered at least, so that a freeze of `apus` itself proves nothing.
    private let questions = 5

    private var asked = 0
    private var since: Int64?

    /// The patience is that of the processes with their own loops.
    init(interval: Int64 = 2_000, patience: Int64 = 60_000) {
        self.interval = interval
        self.patience = patience
    }

    /// Takes in an answer at `now` (``MonotonicClock``) and returns whether the child is to be given up.
    mutating func isOver(isAlive: Bool, now: Int64) -> Bool {
        guard !isAlive else {
            self.asked = 0
            self.since = nil
            return false
        }
        let since = self.since ?? now
        self.since = since
        self.asked += 1
        return self.asked >= self.questions && now - since >= self.patience
    }

    /// Where a process answers `/livez`, from the first line of its log; `nil`: it is another line.
    static func address(in line: [UInt8]) -> HostAndPort? {
        guard line.first == UInt8(ascii: "{"), case .object(let object)? = try? JSONParser.parse(line),
            case .string("started")? = object["message"], case .string(let address)? = object["health"]
        else { return nil }
        return HostAndPort(address)
    }
}
