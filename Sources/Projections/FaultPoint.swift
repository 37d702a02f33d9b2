import Glibc
import Synchronization

/// Named places where a test lets the process die, as if it had been killed there.
///
/// `FAULT_AT=before_commit:3` ends it when that point is passed for the third time; `FAULT_AT=before_commit:3:stop`
/// freezes it there, as SIGSTOP does, until SIGCONT. Without the variable a point costs one comparison. Projections may
/// have points of their own.
package struct FaultPoint: Sendable {
    static let afterStep = FaultPoint("after_step")
    static let afterPublish = FaultPoint("after_publish")
    static let afterTake = FaultPoint("after_take")
    static let beforeCommit = FaultPoint("before_commit")
    static let afterDatabaseCommit = FaultPoint("after_db_commit")
    static let afterKafkaCommit = FaultPoint("after_kafka_commit")

    private static let chosen: (name: String, turn: Int, freezes: Bool)? = {
        guard let value = unsafe getenv("FAULT_AT") else { return nil }
        let parts = unsafe String(cString: value).split(separator: ":").map(String.init)
        guard let name = parts.first else { return nil }
        return (name, parts.count > 1 ? Int(parts[1]) ?? 1 : 1, parts.last == "stop")
    }()
    private static let passed = Atomic<Int>(0)

    private let name: String

    /// Names a point; the name is what stands in `FAULT_AT`.
    package init(_ name: String) {
        self.name = name
    }

    /// Ends the process with 137, as SIGKILL does, or freezes it if this point and turn were asked for; any thread.
    package func pass() {
        guard let chosen = Self.chosen, chosen.name == self.name else { return }
        guard Self.passed.add(1, ordering: .relaxed).newValue == chosen.turn else { return }
        if !chosen.freezes { _exit(137) }
        raise(SIGSTOP)
    }
}
