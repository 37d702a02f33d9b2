import Synchronization

/// What a process says about itself: that its loops turn, and that it can do its work.
package final class Health: Sendable {
    private let heartbeats = Mutex<[Heartbeat]>([])
    private let conditions = Mutex<[Condition]>([])

    /// Nothing registered: alive and ready.
    package init() {}

    /// Registers a loop, which is to beat more often than every `maxAge` milliseconds; it begins alive.
    package func heartbeat(_ name: String, maxAge: Int64) -> Heartbeat {
        let heartbeat = Heartbeat(name: name, maxAge: maxAge)
        self.heartbeats.withLock { $0.append(heartbeat) }
        return heartbeat
    }

    /// Registers something without which the process can't do its work; it begins unmet, as `starting`.
    package func condition(_ name: String) -> Condition {
        let condition = Condition(name: name)
        self.conditions.withLock { $0.append(condition) }
        return condition
    }

    /// One sentence for each loop that stands still; empty when all turn.
    package var stalled: [String] {
        self.heartbeats.withLock { $0 }.compactMap { heartbeat in
            let age = heartbeat.age
            return age > heartbeat.maxAge
                ? "\(heartbeat.name): no turn for \(age) ms, at most \(heartbeat.maxAge) ms are expected" : nil
        }
    }

    /// One sentence for each unmet condition; empty when the process is ready.
    package var unmet: [String] {
        self.conditions.withLock { $0 }.compactMap { condition in
            condition.reason.map { "\(condition.name): \($0)" }
        }
    }
}

/// A loop that shows that it turns.
package final class Heartbeat: Sendable {
    let name: String
    let maxAge: Int64
    private let last = Atomic<Int64>(MonotonicClock.millis)
    private let isEnded = Atomic<Bool>(false)

    init(name: String, maxAge: Int64) {
        self.name = name
        self.maxAge = maxAge
    }

    /// To be called at each turn of the loop; costs a clock reading.
    package func beat() {
        self.last.store(MonotonicClock.millis, ordering: .relaxed)
    }

    /// To be called when the loop ends on purpose.
    package func end() {
        self.isEnded.store(true, ordering: .relaxed)
    }

    /// Milliseconds since the last turn; 0 once ended.
    var age: Int64 {
        self.isEnded.load(ordering: .relaxed) ? 0 : MonotonicClock.millis - self.last.load(ordering: .relaxed)
    }
}

/// Something that a process needs in order to do its work.
package final class Condition: Sendable {
    let name: String
    private let unmetReason = Mutex<String?>("starting")

    init(name: String) {
        self.name = name
    }

    /// The work can be done.
    package func meet() {
        self.unmetReason.withLock { $0 = nil }
    }

    /// The work can't be done, for a reason in a few words.
    package func fail(_ reason: String) {
        self.unmetReason.withLock { $0 = reason }
    }

    /// Why it is unmet; nil when it is met.
    package var reason: String? { self.unmetReason.withLock { $0 } }
}
