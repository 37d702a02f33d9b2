import Postgres
import Projections
import Schema
import Service
import Synchronization

/// Brings the schema up to date as soon as PostgreSQL is there, then starts the alerter; on a thread of its own.
final class Start: Sendable {
    private let running = Mutex<Alerter?>(nil)
    private let isStopping = Atomic(false)
    private let wakeup = Wakeup()
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Begins to try; `giveUp` is called when trying again is of no use.
    init(
        _ options: Alerter.Options,
        log: Log,
        metrics: Metrics,
        health: Health,
        giveUp: @escaping @Sendable () -> Void
    ) {
        let condition = health.condition("schema")
        let thread = DedicatedThread("start") { [self] in
            guard self.migrate(options.runner.databaseURL, condition, log, giveUp) else { return }
            condition.meet()
            do {
                let alerter = try Alerter(options, log: log, metrics: metrics, health: health)
                self.running.withLock { $0 = alerter }
            } catch {
                log.error("the alerter can't start", ["error": "\(error)"])
                giveUp()
            }
        }
        self.thread.withLock { $0 = thread }
    }

    /// The alerter, once it runs.
    var alerter: Alerter? { self.running.withLock { $0 } }

    /// Stops trying, or the alerter.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
        self.running.withLock { $0.take() }?.stop()
    }

    /// Returns whether the schema is there.
    private func migrate(
        _ database: String,
        _ condition: Condition,
        _ log: Log,
        _ giveUp: @Sendable () -> Void
    ) -> Bool {
        var backoff = Backoff(first: 200, limit: 2_000)
        while !self.isStopping.load(ordering: .acquiring) {
            do {
                let applied = try Schema.migrate(PostgresConnection(database, applicationName: "apus-alerter"))
                if !applied.isEmpty { log.info("the schema is new", ["migrations": applied.count]) }
                return true
            } catch let error as SchemaError {
                log.error("the schema can't be used", ["error": "\(error)"])
                giveUp()
                return false
            } catch {
                condition.fail("waiting for PostgreSQL: \(error)")
                log.debug("waiting for PostgreSQL", ["error": "\(error)"])
                self.wakeup.wait(millis: backoff.next())
            }
        }
        return false
    }
}
