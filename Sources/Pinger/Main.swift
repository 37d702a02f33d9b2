import Glibc
import Service

/// Probes the monitors of its shares and publishes what it saw (docs/architecture.md).
@main
struct Main {
    static func main() {
        let program = Program.start(
            "pinger",
            summary: "probes the monitors of its region and publishes each result to the log",
            settings: { PingerSettings(reading: &$0) }
        )
        do {
            try run(program)
        } catch {
            program.log.error("the pinger can't start", ["error": "\(error)"])
            program.log.flush()
            exit(ExitCode.unavailable)
        }
    }

    private static func run(_ program: Program<PingerSettings>) throws -> Never {
        FileDescriptors.raiseLimit()
        let settings = program.settings
        let pinger = program.service.name(of: "pinger-\(settings.region)")
        let metrics = PingerMetrics(program.metrics, region: settings.region)
        let publisher = try ResultPublisher(
            settings.kafka,
            metrics: program.metrics,
            clockOffset: metrics.clockOffset,
            log: program.log
        )
        let loops = settings.loops > 0 ? settings.loops : max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
        let engines = try Engines(
            count: loops,
            policy: settings.policy,
            canaries: settings.canaries,
            context: Engine.Context(
                region: settings.region,
                pinger: pinger,
                concurrency: max(FileDescriptors.concurrency / loops, 1),
                publish: { publisher.publish($0) },
                metrics: metrics
            )
        )
        let watch = Watch(
            settings,
            pinger: pinger,
            engines: engines,
            publisher: publisher,
            metrics: metrics,
            health: program.health,
            log: program.log
        )
        program.log.info("watching", ["region": settings.region, "pinger": pinger, "loops": loops])
        watch.start()
        program.shutdown.stage("watch") { watch.stop() }
        program.shutdown.stage("engines") { engines.stop() }
        program.shutdown.stage("publisher") {
            if !publisher.close(milliseconds: 4_000) { program.log.warning("results were left unsent") }
        }
        program.runUntilStopped()
    }
}
