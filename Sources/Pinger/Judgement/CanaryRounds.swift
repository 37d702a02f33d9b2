import Events

/// When canaries are asked, and whose doubt an answer settles (design §5): pure, times in monotonic ms.
///
/// A round asks every canary. At most one begins a second; a doubt is settled only by a round that began after
/// it arose, and waits for one at most 2 s.
struct CanaryRounds {
    /// Least time between the beginnings of two rounds.
    static let spacing: Int64 = 1_000
    /// How long a round may take; with the spacing it fits the longest wait.
    static let timeout: Int64 = 1_000
    /// How long a doubt waits.
    static let patience: Int64 = 2_000

    /// A failure in which nothing answered, waiting for a verdict.
    struct Doubt: Equatable {
        /// The owner's name for it.
        var id: Int
        /// When it arose.
        var since: Int64
    }

    private var waiting: [Doubt] = []
    private var asked: [Doubt] = []
    private var began: Int64?
    private var running = false

    /// The verdict of the last round and when it ended; `nil` before the first.
    private(set) var last: (verdict: Pulse.Canary, at: Int64)?

    /// Whether a round is to begin now, either for a doubt or because `demanded` asks for one anyway.
    func shouldBegin(now: Int64, demanded: Bool = false) -> Bool {
        guard !self.running, demanded || !self.waiting.isEmpty else { return false }
        return self.began.map { now - $0 >= CanaryRounds.spacing } ?? true
    }

    /// When the owner should look again; `nil`: nothing waits.
    var nextLook: Int64? {
        let patience = (self.waiting + self.asked).map { $0.since + CanaryRounds.patience }.min()
        guard !self.waiting.isEmpty, !self.running else { return patience }
        let begin = (self.began ?? 0) + CanaryRounds.spacing
        return min(begin, patience ?? begin)
    }

    /// Adds a doubt that arose at `now`.
    mutating func wait(_ id: Int, now: Int64) {
        self.waiting.append(Doubt(id: id, since: now))
    }

    /// A round begins: it will settle every doubt that is waiting.
    mutating func begin(now: Int64) {
        self.running = true
        self.began = now
        self.asked = self.waiting
        self.waiting = []
    }

    /// Ends the round: `good` is whether any canary answered; gives back the doubts that this settles.
    mutating func end(good: Bool, now: Int64) -> [Int] {
        self.running = false
        self.last = (good ? .good : .blind, now)
        defer { self.asked = [] }
        return self.asked.map(\.id)
    }

    /// Doubts that have waited too long: nobody answered them in time, so nothing was seen.
    mutating func expired(now: Int64) -> [Int] {
        let late: (Doubt) -> Bool = { now - $0.since >= CanaryRounds.patience }
        let ids = (self.asked + self.waiting).filter(late).map(\.id)
        self.asked.removeAll(where: late)
        self.waiting.removeAll(where: late)
        return ids
    }
}
