import Glibc
import Kafka
import Projections
import Service

/// The toy as a process: counts until SIGTERM, or until it is killed at a point named by `FAULT_AT`.
@main
enum Main {
    static func main() {
        Signals.block()
        signal(SIGPIPE, SIG_IGN)
        let log = Log(process: "toy", level: .info, format: .logfmt)
        var options = RunnerOptions(
            kafka: KafkaSettings(brokers: variable("TOY_BROKERS"), isEmbedded: variable("TOY_EMBEDDED") == "true"),
            topic: variable("TOY_TOPIC"),
            group: variable("TOY_GROUP"),
            instance: variable("TOY_INSTANCE"),
            databaseURL: variable("TOY_DATABASE"),
            withoutGroup: variable("TOY_WITHOUT_GROUP") == "true"
        )
        options.statementTimeout = .seconds(2)
        options.retakeAfter = 6_000
        let runner = Runner(
            options,
            projection: CountingProjection(board: ToyBoard()),
            log: log,
            metrics: Metrics(),
            health: Health()
        )
        _ = Signals.wait()
        runner.stop()
        log.flush()
    }
}

private func variable(_ name: String) -> String {
    unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
}
