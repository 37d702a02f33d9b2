import Events
import Glibc
import History
import Projections
import Service
import Synchronization

/// The processor: turns the log into history in PostgreSQL and the latest status in Redis.
///
/// See docs/architecture.md.
@main
struct Main {
    static func main() {
        let program = Program.start(
            "processor",
            summary: "turns the log into history, uptime and the latest status",
            settings: { ProcessorSettings(reading: &$0) }
        )
        signal(SIGPIPE, SIG_IGN)
        let processor = Processor(program)
        processor.start()
        program.shutdown.stage("processor") { processor.stop() }
        program.runUntilStopped()
    }
}

/// The parts of a running processor.
final class Processor: Sendable {
    private struct Parts {
        var upkeep: Upkeep?
        var runner: Runner<HistoryProjection>?
        var report: ProcessReport?
        var isStopped = false
    }

    private let program: Program<ProcessorSettings>
    private let name: String
    private let metrics: ProcessorMetrics
    private let latest: LatestWriter
    private let parts = Mutex(Parts())

    /// Begins to write to Redis what there will be.
    init(_ program: Program<ProcessorSettings>) {
        self.program = program
        self.name = program.service.name(of: "processor")
        self.metrics = ProcessorMetrics(program.metrics)
        self.latest = LatestWriter(
            program.settings.redis,
            name: "\(self.name)/\(WallClock.millis)",
            database: program.settings.database.revealed,
            metrics: self.metrics,
            log: program.log
        )
    }

    /// Prepares the books, and reads the log from then on.
    func start() {
        let log = self.program.log
        let shutdown = self.program.shutdown
        let upkeep = Upkeep(
            self.program.settings,
            metrics: self.metrics,
            health: self.program.health,
            log: log,
            whenReady: { [self] in self.read() },
            refuse: { reason in
                log.error("the processor refuses to run", ["reason": reason])
                shutdown.request(code: ExitCode.configuration)
            }
        )
        self.parts.withLock { $0.upkeep = upkeep }
        upkeep.start()
    }

    /// Ends with a last round, and what Redis still lacks.
    func stop() {
        let parts = self.parts.withLock { parts in
            parts.isStopped = true
            return parts
        }
        parts.runner?.stop()
        self.latest.stop()
        parts.report?.stop()
        // Last, since it may be in the middle of a statement that takes longer than a process has to end.
        parts.upkeep?.stop()
    }

    private func read() {
        let settings = self.program.settings
        let instance = self.program.service.instance
        let options = RunnerOptions(
            kafka: settings.kafka,
            topic: Topic.results,
            group: "processor",
            instance: self.name,
            databaseURL: settings.database.revealed,
            instanceID: instance.isEmpty ? nil : instance,
            withoutGroup: settings.withoutGroup
        )
        self.parts.withLock { parts in
            guard !parts.isStopped else { return }
            let runner = Runner(
                options,
                projection: HistoryProjection(latest: self.latest, metrics: self.metrics),
                log: self.program.log,
                metrics: self.program.metrics,
                health: self.program.health
            )
            parts.runner = runner
            parts.report = ProcessReport(
                ProcessReport.Identity(kind: "processor", instance: self.name),
                database: settings.database.revealed,
                lagSeconds: { runner.lagSeconds },
                details: {
                    "{\"partitions\":\(runner.partitions.count),\"retention\":\(settings.retention.json)}"
                }
            )
        }
    }
}
