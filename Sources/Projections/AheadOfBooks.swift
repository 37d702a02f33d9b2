import Postgres
import Service
import Synchronization

/// The way to PostgreSQL and back: holds the runner's connection, and while there is none lets a small thread look for
/// one, so that stepping never waits for it (design §6).
///
/// ``connection`` and ``lose(_:)`` belong to the runner's thread.
final class AheadOfBooks: Sendable {
    private enum Search {
        case idle
        /// The thread is to connect after this pause, in milliseconds.
        case wanted(pause: Int64)
        case found(PostgresConnection)
        case ended
    }

    private struct Shared {
        var search = Search.wanted(pause: 0)
        var backoff = Backoff(first: 200, limit: 2_000)
        var reason = "not connected yet"
    }

    private let shared = Mutex(Shared())
    private let wakeup = Wakeup()

    /// Begins to look for PostgreSQL at once; `wake` is called on the thread that found it.
    init(_ url: String, name: String, timeout: Duration, wake: @escaping @Sendable () -> Void) {
        _ = DedicatedThread("\(name)-pg") { [self] in
            self.search(url, name: name, timeout: timeout, wake: wake)
        }
    }

    /// Takes the connection that was found since the last call, if one was.
    func takeFound() -> PostgresConnection? {
        self.shared.withLock { shared in
            guard case .found(let connection) = shared.search else { return nil }
            shared.search = .idle
            return connection
        }
    }

    /// Why there is no connection, in a few words.
    var reason: String { self.shared.withLock { $0.reason } }

    /// Has another connection looked for, because this one failed for `reason`; later and later until ``settle()``.
    func lose(_ connection: PostgresConnection, reason: String) {
        connection.close()
        self.shared.withLock { shared in
            guard case .idle = shared.search else { return }
            shared.reason = reason
            shared.search = .wanted(pause: shared.backoff.next())
        }
        self.wakeup.raise()
    }

    /// A round was committed: the next outage begins with the shortest pause again.
    func settle() {
        self.shared.withLock { $0.backoff.reset() }
    }

    /// Lets the thread end by itself, after an attempt to connect that runs: nobody need wait for it.
    func end() {
        self.shared.withLock { $0.search = .ended }
        self.wakeup.raise()
    }

    private func search(_ url: String, name: String, timeout: Duration, wake: @Sendable () -> Void) {
        while true {
            let pause = self.shared.withLock { shared -> Int64? in
                switch shared.search {
                case .wanted(let pause): return pause
                case .ended: return -1
                case .idle, .found: return nil
                }
            }
            guard let pause else {
                self.wakeup.wait()
                continue
            }
            if pause < 0 { return }
            // A raised flag before the time is up can only be the end.
            if pause > 0, self.wakeup.wait(millis: pause), self.hasEnded { return }
            self.connect(url, name: name, timeout: timeout, wake: wake)
        }
    }

    private var hasEnded: Bool {
        self.shared.withLock { if case .ended = $0.search { true } else { false } }
    }

    private func connect(_ url: String, name: String, timeout: Duration, wake: @Sendable () -> Void) {
        do {
            let connection = try PostgresConnection(url, timeout: timeout, applicationName: "apus-\(name)")
            // A holder that stands still between two statements loses its locks by itself.
            try connection.script("SET idle_in_transaction_session_timeout = '10s'")
            self.shared.withLock { shared in
                if case .wanted = shared.search { shared.search = .found(connection) }
            }
            wake()
        } catch {
            self.shared.withLock { shared in
                guard case .wanted = shared.search else { return }
                shared.reason = error.description
                shared.search = .wanted(pause: shared.backoff.next())
            }
        }
    }
}
