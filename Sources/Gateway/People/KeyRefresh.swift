import Postgres
import Service
import Synchronization

/// Reads the table of keys every second, so that a key that was taken back opens nothing (design §7).
final class KeyRefresh: Sendable {
    private let keys: APIKeys
    private let pool: PostgresPool
    private let wakeup = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Refreshes `keys`; nothing happens before ``start()``.
    init(_ keys: APIKeys, pool: PostgresPool) {
        self.keys = keys
        self.pool = pool
    }

    /// Starts the thread.
    func start() {
        let thread = DedicatedThread("keys") {
            while !self.isStopping.load(ordering: .relaxed) {
                // While the database is away, the keys that were known go on to open the door.
                try? self.keys.refresh(self.pool)
                _ = self.wakeup.wait(millis: 1_000)
            }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .relaxed)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }
}
