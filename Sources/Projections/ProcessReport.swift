import Glibc
import Postgres
import Service
import Synchronization

/// Upserts this process's row in `processes` every ten seconds, where it has PostgreSQL (design §9).
///
/// On a thread and a connection of its own, so that it neither waits for anything nor holds anything up; an outage only
/// leaves the row to grow old.
package final class ProcessReport: Sendable {
    /// Who reports.
    package struct Identity: Sendable {
        /// The kind of process, such as `processor`.
        package var kind: String
        /// This one among those of its kind.
        package var instance: String

        /// Names a process.
        package init(kind: String, instance: String) {
            self.kind = kind
            self.instance = instance
        }
    }

    /// Milliseconds between two reports.
    static let period: Int64 = 10_000
    /// Milliseconds to the first report, and to the next try of one that failed: at the very start another process may
    /// still make the tables.
    static let patience: Int64 = 1_000
    /// A row that nobody has renewed for a day is taken away by whoever reports next.
    static let statement = """
        WITH gone AS (DELETE FROM processes WHERE seen_at < now() - interval '1 day')
        INSERT INTO processes (kind, instance, started_at, seen_at, version, load, lag_seconds, details)
        VALUES ($1, $2, to_timestamp($3::float8 / 1000), now(), $4, $5, $6, $7::jsonb)
        ON CONFLICT (kind, instance) DO UPDATE SET started_at = excluded.started_at, seen_at = excluded.seen_at,
            version = excluded.version, load = excluded.load, lag_seconds = excluded.lag_seconds,
            details = excluded.details
        """

    private let ended = Atomic(false)
    private let wakeup = Wakeup()
    private let thread = Mutex<DedicatedThread?>(nil)
    private let identity: Identity
    private let database: String
    private let lagSeconds: @Sendable () -> Double?
    private let details: @Sendable () -> String

    /// Begins to report.
    ///
    /// `lagSeconds` is how far the process is behind the log (`nil`: it reads none), `details` a JSON object of its own
    /// choice; both are called on the reporting thread.
    package init(
        _ identity: Identity,
        database: String,
        lagSeconds: @escaping @Sendable () -> Double? = { nil },
        details: @escaping @Sendable () -> String = { "{}" }
    ) {
        self.identity = identity
        self.database = database
        self.lagSeconds = lagSeconds
        self.details = details
        let thread = DedicatedThread("report") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Takes the row away and ends the thread; some seconds later where PostgreSQL doesn't answer.
    package func stop() {
        self.ended.store(true, ordering: .releasing)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run() {
        let started = WallClock.millis
        var connection: PostgresConnection?
        var before = Usage.now
        // One that dies as soon as it was started, again and again, is not said to run.
        self.wakeup.wait(millis: Self.patience)
        while !self.ended.load(ordering: .acquiring) {
            let usage = Usage.now
            let isTold: Bool
            (connection, isTold) = self.report(on: connection, started: started, load: usage.load(since: before))
            before = usage
            self.wakeup.wait(millis: isTold ? Self.period : Self.patience)
        }
        _ = try? connection?.query(
            "DELETE FROM processes WHERE kind = $1 AND instance = $2",
            [.text(self.identity.kind), .text(self.identity.instance)]
        )
    }

    /// Returns the connection for the next report, `nil` when a new one is needed, and whether this one succeeded.
    private func report(
        on old: PostgresConnection?,
        started: Int64,
        load: Double?
    ) -> (connection: PostgresConnection?, isTold: Bool) {
        do throws(PostgresError) {
            let connection: PostgresConnection
            if let old {
                connection = old
            } else {
                connection = try PostgresConnection(self.database, timeout: .seconds(3), applicationName: "apus-report")
            }
            try connection.query(
                Self.statement,
                [
                    .text(self.identity.kind), .text(self.identity.instance), .int(started), .text(Version.current),
                    load.map(PostgresValue.double) ?? .null, self.lagSeconds().map(PostgresValue.double) ?? .null,
                    .text(self.details()),
                ]
            )
            return (connection, true)
        } catch {
            // The next report says it again; a refused one (no table yet) needs no new connection.
            return (old?.isUsable == true ? old : nil, false)
        }
    }
}

/// What the process has used of the processor.
private struct Usage {
    let processor: Int64
    let clock: Int64

    static var now: Usage {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Usage(processor: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec), clock: MonotonicClock.nanos)
    }

    /// The share of one core used since then; `nil` when no time has passed.
    func load(since earlier: Usage) -> Double? {
        let elapsed = self.clock - earlier.clock
        return elapsed < 1_000_000_000 ? nil : Double(self.processor - earlier.processor) / Double(elapsed)
    }
}
