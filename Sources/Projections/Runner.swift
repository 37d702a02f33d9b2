import Kafka
package import Service
import Synchronization

/// Runs one projection on one dedicated thread: poll → step → volatile effects → round (design §6).
///
/// The thread starts at once and ends with ``stop()``. PostgreSQL work happens on it too, under deadlines of its own; while
/// PostgreSQL is away stepping goes on in memory, ahead of the books.
package final class Runner<P: Projection>: Sendable {
    private let shared: RunnerShared
    private let thread: DedicatedThread

    /// Starts reading; the projection belongs to the runner's thread from now on.
    ///
    /// Registers the heartbeat `projection NAME` and a condition of the same name, met while all partitions that were
    /// assigned are held.
    package init(
        _ options: RunnerOptions,
        projection: sending P,
        log: Log,
        metrics: Metrics,
        health: Health
    ) {
        let shared = RunnerShared()
        let parts = LoopParts(options: options, projection: projection, log: log, metrics: metrics, health: health)
        self.shared = shared
        self.thread = DedicatedThread("projection") { parts.run(shared) }
    }

    /// Ends with a last round and leaves the group; waits for both, some seconds at most where all servers answer.
    package func stop() {
        self.shared.requestStop()
        self.thread.join()
    }

    /// The age of the newest record read, in the partition furthest behind; seconds, 0 at the end of the log.
    package var lagSeconds: Double { self.shared.status.withLock { $0.lagSeconds } }

    /// Whether PostgreSQL is away and the projection goes on in memory, or waits.
    package var isAway: Bool { self.shared.status.withLock { $0.isAway } }

    /// The numbers of the partitions held, rising.
    package var partitions: [Int32] { self.shared.status.withLock { $0.partitions } }
}

/// What the runner's thread and its owner share.
final class RunnerShared: Sendable {
    struct Status {
        var lagSeconds = 0.0
        var isAway = true
        var partitions: [Int32] = []
        var wake: (@Sendable () -> Void)?
    }

    let status = Mutex(Status())
    private let stopping = Atomic(false)

    var isStopping: Bool { self.stopping.load(ordering: .acquiring) }

    func requestStop() {
        self.stopping.store(true, ordering: .releasing)
        self.wake()
    }

    /// Ends the runner's wait for records, from any thread.
    func wake() {
        self.status.withLock { $0.wake }?()
    }
}

/// Carries a projection to the thread that owns it from then on.
///
/// @unchecked: handed over once, before that thread exists; `sending` proves that nobody else has the projection.
private final class LoopParts<P: Projection>: @unchecked Sendable {
    let options: RunnerOptions
    let projection: P
    let log: Log
    let metrics: Metrics
    let health: Health

    init(options: RunnerOptions, projection: P, log: Log, metrics: Metrics, health: Health) {
        self.options = options
        self.projection = projection
        self.log = log
        self.metrics = metrics
        self.health = health
    }

    func run(_ shared: RunnerShared) {
        let loop = ReadingLoop(
            self.options,
            projection: self.projection,
            log: self.log,
            metrics: RunnerMetrics(self.metrics, projection: self.projection.name),
            heartbeat: self.health.heartbeat("projection \(self.projection.name)", maxAge: 60_000),
            condition: self.health.condition("projection \(self.projection.name)"),
            shared: shared
        )
        loop.run()
    }
}
