import Postgres
import Schema
import Service
import Synchronization

/// Brings the database to this program's version, whenever it can be reached first; a thread of its own until then.
///
/// The gateway answers from memory meanwhile: it is ready without PostgreSQL (design §9).
final class Migrating: Sendable {
    private let wakeup = Wakeup()
    private let tried = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Tries until it is done; `whenDone` runs on that thread.
    func start(_ url: Secret, log: Log, whenDone: @escaping @Sendable () -> Void) {
        let thread = DedicatedThread("schema") {
            var backoff = Backoff(first: 200, limit: 5_000)
            while !self.isStopping.load(ordering: .relaxed) {
                do {
                    let connection = try PostgresConnection(url.revealed, applicationName: "apus-schema")
                    defer { connection.close() }
                    let applied = try Schema.migrate(connection)
                    if !applied.isEmpty { log.info("the schema is new", ["migrations": applied.count]) }
                    whenDone()
                    self.tried.raise()
                    return
                } catch let error as SchemaError {
                    log.error("the database can't be used", ["error": error.description])
                    self.tried.raise()
                    _ = self.wakeup.wait(millis: 10_000)
                } catch {
                    log.warning("the database is not there yet", ["error": "\(error)"])
                    self.tried.raise()
                    _ = self.wakeup.wait(millis: backoff.next())
                }
            }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Waits until the schema is there or the first try failed, at most `millis` milliseconds.
    ///
    /// So that who finds the gateway's port open can use it, and an outage of the database delays nothing.
    func waitForFirstTry(millis: Int64) {
        self.tried.wait(millis: millis)
    }

    /// Ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .relaxed)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }
}
