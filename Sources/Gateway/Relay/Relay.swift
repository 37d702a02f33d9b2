import Events
import Kafka
import Postgres
import Service
import Synchronization

/// Tells the log what people changed, and keeps the topics true to the tables (design §3).
///
/// Two threads with a connection each: one tells, the other compares, since reading topics back takes its time and a new
/// monitor's first check waits for the first one. Whatever fails is tried again: the outbox is emptied only after the
/// broker's acknowledgement, and what is written twice is ignored by its generation.
final class Relay: Sendable {
    private static let turn: Int64 = 250
    private static let comparison: Int64 = 5_000
    private static let batch = 500

    private let settings: GatewaySettings
    private let instance: String
    private let producer: Producer
    private let log: Log
    private let metrics: RelayMetrics
    private let heartbeat: Heartbeat
    private let wakeup = Wakeup()
    private let comparisonWakeup = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let isHolder = Atomic<Bool>(false)
    private let threads = Mutex<[DedicatedThread]>([])

    /// Describes the relay; nothing happens before ``start()``.
    init(
        _ settings: GatewaySettings,
        instance: String,
        producer: Producer,
        metrics: RelayMetrics,
        health: Health,
        log: Log
    ) {
        self.settings = settings
        self.instance = instance
        self.producer = producer
        self.metrics = metrics
        self.heartbeat = health.heartbeat("relay", maxAge: 60_000)
        self.log = log
    }

    /// Starts the threads.
    func start() {
        let threads = [
            DedicatedThread("relay") { self.run() }, DedicatedThread("relay-compare") { self.compareAgainAndAgain() },
        ]
        self.threads.withLock { $0 = threads }
    }

    /// Says that there is something to tell; from any thread.
    func rouse() { self.wakeup.raise() }

    /// Ends the threads; what is left is told after the next start.
    func stop() {
        self.isStopping.store(true, ordering: .relaxed)
        self.wakeup.raise()
        self.comparisonWakeup.raise()
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }

    private var goesOn: Bool { !self.isStopping.load(ordering: .relaxed) }

    private func run() {
        var backoff = Backoff(first: 200, limit: 5_000)
        while self.goesOn {
            do {
                try self.serve { backoff.reset() }
            } catch {
                guard self.goesOn else { break }
                self.log.warning("the relay pauses", ["error": "\(error)"])
                self.metrics.failures.add()
                self.heartbeat.beat()
                _ = self.wakeup.wait(millis: backoff.next())
            }
        }
        self.heartbeat.end()
    }

    /// Serves with one connection until something fails.
    private func serve(isWell: () -> Void) throws {
        let connection = try PostgresConnection(
            self.settings.database.revealed,
            timeout: .seconds(5),
            applicationName: "apus-relay"
        )
        defer { connection.close() }
        let lock = RelayLock(instance: self.instance)
        let publisher = RelayPublisher(self.producer)
        defer { self.isHolder.store(false, ordering: .relaxed) }
        while self.goesOn {
            self.heartbeat.beat()
            let isHolder = try lock.hold(connection)
            self.metrics.isHolder.set(isHolder ? 1 : 0)
            self.isHolder.store(isHolder, ordering: .relaxed)
            if isHolder {
                // After an interrupted attempt its records may still be queued: they go first.
                while publisher.isIdle, try self.relay(connection, publisher) {}
                isWell()
            }
            _ = self.wakeup.wait(millis: isHolder ? Relay.turn : 1_000)
        }
        try lock.release(connection)
    }

    /// Tells one batch; `false`: there was nothing to tell.
    private func relay(_ connection: PostgresConnection, _ publisher: RelayPublisher) throws -> Bool {
        let entries = try Outbox.oldest(connection, limit: Relay.batch)
        guard !entries.isEmpty else { return false }
        try publisher.publish(entries)
        try Outbox.remove(connection, entries.map(\.id))
        self.metrics.told.add(entries.count)
        return self.goesOn
    }

    private func compareAgainAndAgain() {
        var mirrors: (monitors: TopicMirror, settings: TopicMirror)?
        var backoff = Backoff(first: 200, limit: 5_000)
        while self.goesOn {
            var pause = Relay.turn
            do {
                if self.isHolder.load(ordering: .relaxed) {
                    let pair = try mirrors ?? self.makeMirrors()
                    mirrors = pair
                    try self.compare(pair.monitors, pair.settings)
                    pause = Relay.comparison
                    backoff.reset()
                } else {
                    mirrors = nil
                }
            } catch {
                guard self.goesOn else { return }
                self.log.warning("the log can't be compared with the tables", ["error": "\(error)"])
                self.metrics.failures.add()
                mirrors = nil
                pause = backoff.next()
            }
            _ = self.comparisonWakeup.wait(millis: pause)
        }
    }

    private func makeMirrors() throws -> (monitors: TopicMirror, settings: TopicMirror) {
        let kafka = self.settings.kafka
        if !kafka.isEmbedded {
            try Topics.create(
                TopicAdmin(kafka),
                resultsPartitions: self.settings.broker.resultsPartitions,
                replication: self.settings.broker.replication
            )
        }
        return (try TopicMirror(Topic.monitors, kafka), try TopicMirror(Topic.settings, kafka))
    }

    /// Reads tables, outbox and topics, in this order: an edit that is told meanwhile is in the outbox or in its topic.
    private func compare(_ monitors: TopicMirror, _ settings: TopicMirror) throws {
        let connection = try PostgresConnection(
            self.settings.database.revealed,
            timeout: .seconds(5),
            applicationName: "apus-relay-compare"
        )
        defer { connection.close() }
        try self.removeUnnamedWebhooks(connection)
        let channelRows = try self.rows("SELECT 'channel/' || id, generation, NULL::bigint FROM channels", connection)
        let monitorRows = try self.rows("SELECT id::text, generation, check_requested FROM monitors", connection)
        let pending = Set(try Outbox.oldest(connection, limit: 100_000).map(\.key))
        let channelPlan = try settings.compare(table: channelRows, pending: pending)
        let monitorPlan = try monitors.compare(table: monitorRows, pending: pending)
        guard !channelPlan.isEmpty || !monitorPlan.isEmpty else { return }
        self.log.info(
            "the log differs from the tables; telling it again",
            [
                "rewrite": channelPlan.rewrite.count + monitorPlan.rewrite.count,
                "raise": channelPlan.raise.count + monitorPlan.raise.count,
                "delete": channelPlan.delete.count + monitorPlan.delete.count,
            ]
        )
        try connection.withTransaction { connection in
            try Repairs.channels(channelPlan, connection)
            try Repairs.monitors(monitorPlan, connection)
        }
        self.wakeup.raise()
    }

    private func removeUnnamedWebhooks(_ connection: PostgresConnection) throws {
        let removed = try connection.withTransaction { try UnnamedWebhooks.remove($0) }
        guard !removed.isEmpty else { return }
        self.log.info(
            "webhooks went after their sites",
            ["channels": removed.map(String.init).joined(separator: ",")]
        )
        self.wakeup.raise()
    }

    private func rows(_ sql: String, _ connection: PostgresConnection) throws -> [String: Reconciliation.Row] {
        var rows: [String: Reconciliation.Row] = [:]
        for row in try connection.query(sql) {
            rows[try row.text(0)] = Reconciliation.Row(
                generation: try row.int64(1),
                checkRequestedAt: try row.int64OrNil(2)
            )
        }
        return rows
    }
}

/// What the relay counts.
struct RelayMetrics: Sendable {
    let told: Counter
    let failures: Counter
    let isHolder: Gauge

    /// Registers every metric.
    init(_ metrics: Metrics) {
        self.told = metrics.counter("apus_gateway_relayed_total", "Edits that the log has acknowledged.")
        self.failures = metrics.counter("apus_gateway_relay_failures_total", "Times the relay had to start again.")
        self.isHolder = metrics.gauge("apus_gateway_relay_active", "1 if this gateway is the one that relays.")
    }
}
