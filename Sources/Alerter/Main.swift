import Events
import Projections
import Service

/// The alerter: turns the log into incidents and tells people (docs/architecture.md).
@main
struct Main {
    static func main() {
        let program = Program.start(
            "alerter",
            summary: "turns results into incidents and tells people about them",
            settings: { AlerterSettings(reading: &$0) }
        )
        let settings = program.settings
        let instance = program.service.instance
        var runner = RunnerOptions(
            kafka: settings.kafka,
            topic: Topic.results,
            group: "alerter",
            instance: self.name(program),
            databaseURL: settings.database,
            instanceID: instance.isEmpty ? nil : instance,
            withoutGroup: settings.withoutGroup
        )
        // A frozen PostgreSQL may keep no alert back for longer.
        runner.roundPatience = .seconds(1)
        // The embedded broker knows no static members.
        if settings.broker.isEmbedded { runner.instanceID = nil }
        var options = Alerter.Options(runner: runner, secretKey: settings.secretKey)
        options.publicURL = settings.publicURL
        options.policy = settings.policy
        options.silence = settings.silence
        options.retention = settings.retention
        let start = Start(
            options,
            log: program.log,
            metrics: program.metrics,
            health: program.health,
            giveUp: { program.shutdown.request(code: ExitCode.configuration) }
        )
        let report = ProcessReport(
            ProcessReport.Identity(kind: "alerter", instance: runner.instance),
            database: settings.database,
            lagSeconds: { start.alerter?.lagSeconds },
            details: { "{\"retention\":\(settings.retention.json)}" }
        )
        program.shutdown.stage("alerter") { start.stop() }
        program.shutdown.stage("report") { report.stop() }
        program.runUntilStopped()
    }

    /// The supervisor's only alerter is the same one after a restart; others are told apart by host and process.
    private static func name(_ program: Program<AlerterSettings>) -> String {
        let service = program.service
        if program.settings.withoutGroup, service.instance.isEmpty { return "alerter-\(hostName())" }
        return service.name(of: "alerter")
    }
}
