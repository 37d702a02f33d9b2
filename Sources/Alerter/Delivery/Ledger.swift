import Postgres
import Projections
import Service
import Synchronization

/// Keeps the rows of deliveries true to what is done in memory: results, leases, claims; on a thread and a connection
/// of its own, so that neither the log nor the receivers wait for PostgreSQL.
final class Ledger: Sendable {
    /// Milliseconds between two turns that nobody asked for.
    private static let period: Int64 = 1_000
    /// Milliseconds between two looks for what is too old.
    private static let retentionPeriod: Int64 = 3_600_000
    /// Ended deliveries without a row are forgotten after so many milliseconds: their round will not come any more.
    private static let memory: Int64 = 24 * 3_600_000

    private let url: String
    private let books: DeliveryBooks
    private let retention: IncidentRetention
    private let outbox: Outbox
    private let directory: ChannelDirectory
    private let alarm: SilenceAlarm?
    private let metrics: AlerterMetrics
    private let log: Log
    private let heartbeat: Heartbeat
    private let wakeup = Wakeup()
    private let isStopping = Atomic(false)
    private let thread = Mutex<DedicatedThread?>(nil)
    /// Called on the ledger's thread when there may be something to send.
    private let claimed: @Sendable () -> Void

    /// Begins to look after the books.
    init(
        _ url: String,
        books: DeliveryBooks,
        retention: IncidentRetention,
        outbox: Outbox,
        directory: ChannelDirectory,
        alarm: SilenceAlarm?,
        metrics: AlerterMetrics,
        health: Health,
        log: Log,
        claimed: @escaping @Sendable () -> Void
    ) {
        self.url = url
        self.books = books
        self.retention = retention
        self.outbox = outbox
        self.directory = directory
        self.alarm = alarm
        self.metrics = metrics
        self.log = log
        self.claimed = claimed
        self.heartbeat = health.heartbeat("deliveries", maxAge: 60_000)
        let thread = DedicatedThread("ledger") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Has a turn done soon.
    func wake() {
        self.wakeup.raise()
    }

    /// Writes what is left, gives leases back and ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run() {
        var connection: PostgresConnection?
        var backoff = Backoff(first: 200, limit: 2_000)
        var isKnown = false
        var nextRetention = Int64.min
        while true {
            self.heartbeat.beat()
            let isLast = self.isStopping.load(ordering: .acquiring)
            var pause = Self.period
            do {
                let usable =
                    try connection
                    ?? PostgresConnection(
                        self.url,
                        timeout: .seconds(3),
                        applicationName: "apus-deliveries"
                    )
                connection = usable
                if !isKnown { try self.begin(on: usable) }
                isKnown = true
                try self.turn(on: usable, isLast: isLast)
                if !isLast, MonotonicClock.millis >= nextRetention {
                    let hasMore = try self.retention.apply(now: WallClock.millis, on: usable)
                    nextRetention = MonotonicClock.millis + (hasMore ? 0 : Self.retentionPeriod)
                }
                backoff.reset()
            } catch {
                self.log.debug("the deliveries can't be written now", ["error": String(describing: error)])
                connection?.close()
                connection = nil
                pause = backoff.next()
            }
            if isLast { break }
            self.wakeup.wait(millis: pause)
        }
        connection?.close()
        self.heartbeat.end()
    }

    private func begin(on connection: PostgresConnection) throws(PostgresError) {
        // A log that was recreated may not tell of the channels yet, and what is pending is not to be taken for theirs
        // who are gone.
        self.directory.seed(try self.books.channels(on: connection))
        try self.books.releasePredecessors(on: connection)
        if let since = try self.books.silentSince(on: connection) { self.alarm?.resume(silentSince: since) }
    }

    private func turn(on connection: PostgresConnection, isLast: Bool) throws(PostgresError) {
        if !self.directory.isLoaded { self.directory.seed(try self.books.channels(on: connection)) }
        try self.settleAhead(on: connection)
        let reports = self.outbox.reports
        if !reports.isEmpty { FaultPoint.beforeMarkSent.pass() }
        _ = try self.books.record(reports, on: connection)
        self.outbox.recorded(reports)
        if isLast {
            try self.books.release(self.outbox.surrender(), on: connection)
            return
        }
        let start = BootClock.millis
        let asked = self.outbox.renewals(now: start)
        let held = try self.books.renew(asked, on: connection)
        self.outbox.renewed(asked, held: held, lease: Lease(from: start))
        let claimed = try self.books.claim(except: self.outbox.fullChannels, on: connection, from: start)
        self.outbox.setBacklog(try self.books.backlog(on: connection))
        self.outbox.add(claimed)
        let counts = try self.books.counts(on: connection)
        self.metrics.pending.set(counts.pending)
        self.metrics.dead.set(counts.dead)
        self.metrics.open.set(counts.open)
        if !claimed.isEmpty { FaultPoint.afterLease.pass() }
        self.claimed()
    }

    /// What was sent without a row may have one by now: a round whose commit was in doubt, or a log read once more.
    private func settleAhead(on connection: PostgresConnection) throws(PostgresError) {
        let ahead = self.outbox.ahead
        guard !ahead.isEmpty else { return }
        try self.bookHomeless(ahead.filter { $0.announcement.share == nil }, on: connection)
        var reports: [DeliveryReport] = []
        var going: [String] = []
        for delivery in ahead {
            if case .ended(let report) = delivery.progress {
                reports.append(report)
            } else {
                going.append(delivery.webhookID)
            }
        }
        let start = BootClock.millis
        for id in try self.books.renew(going, on: connection) {
            self.outbox.booked(id, lease: Lease(from: start))
        }
        let touched = try self.books.record(reports, on: connection)
        let old = WallClock.millis - Self.memory
        let past = ahead.filter { $0.pendingSince < old }.map(\.webhookID)
        self.outbox.forgetEnded(Array(touched) + past)
    }

    /// Announcements that belong to no partition are written here, since no round will.
    private func bookHomeless(_ deliveries: [Delivery], on connection: PostgresConnection) throws(PostgresError) {
        guard !deliveries.isEmpty else { return }
        let lease = Lease(from: BootClock.millis)
        var announcements: [String: Announcement] = [:]
        for delivery in deliveries { announcements[delivery.announcement.id] = delivery.announcement }
        let entries = deliveries.map { delivery in
            var entry = DeliveryBooks.Entry(
                announcement: delivery.announcement.id,
                channel: delivery.channel,
                webhookID: delivery.webhookID,
                wantsLease: true
            )
            if case .ended(let report) = delivery.progress { entry.ended = report }
            return entry
        }
        let ordered = announcements.values.sorted { $0.sequence < $1.sequence }
        let inserted = try self.books.insert(ordered, entries, on: connection)
        for (id, isLeased) in inserted { self.outbox.booked(id, lease: isLeased ? lease : nil) }
    }
}
