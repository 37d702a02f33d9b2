import Postgres
import Service
import Synchronization

/// Reads keys and sessions every second, so that what was taken back opens nothing and ends what it had open (design §7).
///
/// The same thread notes when they were used, and throws away what has run out.
final class CredentialRefresh: Sendable {
    private let credentials: Credentials
    private let streams: CallerStreams
    private let upkeep: PeopleUpkeep
    private let pool: PostgresPool
    private let wakeup = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Refreshes `credentials` and looks after `streams`; nothing happens before ``start()``.
    init(_ credentials: Credentials, streams: CallerStreams, upkeep: PeopleUpkeep, pool: PostgresPool) {
        self.credentials = credentials
        self.streams = streams
        self.upkeep = upkeep
        self.pool = pool
    }

    /// Starts the thread.
    func start() {
        let thread = DedicatedThread("credentials") {
            while !self.isStopping.load(ordering: .relaxed) {
                // While the database is away, what was known goes on to open the door.
                try? self.credentials.refresh(self.pool)
                self.streams.closeUnwelcome(now: WallClock.millis)
                try? self.upkeep.write(self.credentials.unwrittenUses())
                try? self.upkeep.removeWhatHasRunOut(now: MonotonicClock.millis)
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
