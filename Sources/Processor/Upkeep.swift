import Events
import History
import Kafka
import Postgres
import Projections
import Schema
import Service
import Synchronization

/// Prepares the books and keeps them in order: migrations first, then days made ahead and old history dropped.
///
/// On a thread and a connection of its own. Until the books are prepared the process is unready.
final class Upkeep: Sendable {
    /// Milliseconds between two passes over the days.
    private static let interval: Int64 = 600_000
    /// Milliseconds until a pass that failed is repeated.
    private static let retry: Int64 = 15_000

    private let settings: ProcessorSettings
    private let metrics: ProcessorMetrics
    private let log: Log
    private let ready: Condition
    /// Called once, on the thread, when the books are prepared.
    private let whenReady: @Sendable () -> Void
    /// Called, on the thread, with a sentence that says why the process must not go on.
    private let refuse: @Sendable (String) -> Void
    private let wakeup = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Describes the upkeep; nothing happens before ``start()``.
    init(
        _ settings: ProcessorSettings,
        metrics: ProcessorMetrics,
        health: Health,
        log: Log,
        whenReady: @escaping @Sendable () -> Void,
        refuse: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.metrics = metrics
        self.log = log
        self.ready = health.condition("history")
        self.whenReady = whenReady
        self.refuse = refuse
    }

    /// Starts the thread.
    func start() {
        let thread = DedicatedThread("upkeep") { self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread; a statement that runs is waited for.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private var hasEnded: Bool { self.isStopping.load(ordering: .acquiring) }

    private func run() {
        var backoff = Backoff(first: 200, limit: 2_000)
        while !self.hasEnded {
            do {
                try self.prepare()
                break
            } catch let error as SchemaError {
                self.refuse(error.description)
                return
            } catch {
                self.ready.fail("PostgreSQL is not ready")
                self.log.warning("PostgreSQL is not ready; trying on", ["error": "\(error)"])
                self.wakeup.wait(millis: backoff.next())
            }
        }
        guard !self.hasEnded, self.agreesWithLog() else { return }
        self.ready.meet()
        self.whenReady()
        var pause = Self.interval
        while !self.hasEnded {
            self.wakeup.wait(millis: pause)
            guard !self.hasEnded, self.agreesWithLog() else { return }
            pause = self.pass() ? Self.interval : Self.retry
        }
    }

    private func prepare() throws {
        let connection = try self.connect()
        let applied = try Schema.migrate(connection)
        if !applied.isEmpty { self.log.info("the schema was brought up to date", ["migrations": applied.count]) }
        try self.apply(on: connection)
    }

    private func pass() -> Bool {
        do {
            try self.apply(on: try self.connect())
            return true
        } catch {
            self.metrics.retentionFailures.add()
            self.log.warning("days of history could not be made or dropped; trying again", ["error": "\(error)"])
            return false
        }
    }

    private func apply(on connection: PostgresConnection) throws {
        let strays = try self.settings.retention.apply(now: WallClock.millis, on: connection)
        self.metrics.strays.set(strays)
        try Leftovers.drop(of: "processor", after: self.settings.leftovers, on: connection)
        if strays > 0 { self.log.error("results fit no day and lie in the default partition", ["count": strays]) }
    }

    private func connect() throws(PostgresError) -> PostgresConnection {
        try PostgresConnection(
            self.settings.database.revealed,
            timeout: .seconds(30),
            applicationName: "apus-processor-upkeep"
        )
    }

    /// Whether results are kept at least as long as the log keeps them; refuses otherwise.
    private func agreesWithLog() -> Bool {
        var logRetention: Int64?
        do throws(KafkaError) {
            let admin = try TopicAdmin(self.settings.kafka)
            logRetention = try admin.configuration(of: Topic.results, milliseconds: 5_000)["retention.ms"].flatMap {
                Int64($0)
            }
        } catch {
            // The broker is away or the topic is still to be made: the next pass asks again.
            self.log.debug("the log's retention is not known yet", ["error": error.description])
        }
        guard let fault = self.settings.retention.fault(logRetention: logRetention) else { return true }
        self.refuse(fault)
        return false
    }
}
