import Synchronization
import TestServers

/// Websites on one port whose answers are switched while they are watched: `/0`, `/1` ….
final class SwitchedTargets: Sendable {
    private let statuses: StatusTable
    private let server: ScriptedTarget

    /// All answer 200 at first.
    init(count: Int) {
        let statuses = StatusTable(count)
        self.statuses = statuses
        self.server = ScriptedTarget { request in
            let number = Int(request.path.dropFirst()) ?? 0
            return ScriptedTarget.answer(statuses[number], "target \(number)")
        }
    }

    deinit {
        self.server.stop()
    }

    func url(_ number: Int) -> String { self.server.url("/\(number)") }

    /// What the target answers from now on.
    func answer(_ number: Int, _ status: Int) { self.statuses[number] = status }

    /// Lets all answer 200.
    func heal() { self.statuses.heal() }

    /// How many requests came so far.
    var served: Int { self.server.accepted }

    private final class StatusTable: Sendable {
        private let statuses: Mutex<[Int]>

        init(_ count: Int) { self.statuses = Mutex(Array(repeating: 200, count: count)) }

        subscript(number: Int) -> Int {
            get { self.statuses.withLock { $0.indices.contains(number) ? $0[number] : 404 } }
            set { self.statuses.withLock { $0[number] = newValue } }
        }

        func heal() {
            self.statuses.withLock { $0 = Array(repeating: 200, count: $0.count) }
        }
    }
}
