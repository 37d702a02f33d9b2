import Glibc
import HTTPServer

/// A running process of Apus: its settings and the parts that every process has.
///
/// `main` calls ``start(_:summary:settings:)`` first, builds and registers its own parts, and ends in
/// ``runUntilStopped()``.
package struct Program<Settings: Sendable>: Sendable {
    /// The process's own settings.
    package let settings: Settings
    /// The settings that every process has.
    package let service: ServiceSettings
    /// The process's log.
    package let log: Log
    /// The process's metrics.
    package let metrics: Metrics
    /// What `/livez` and `/readyz` answer.
    package let health: Health
    /// The stages in which the process stops.
    package let shutdown: Shutdown
    /// Serves the health and the metrics from the start to the last stage.
    package let healthServer: HealthServer

    /// Blocks signals, answers `--help` and `--version`, and reads the settings; wrong ones end the process with 78.
    ///
    /// To be called first in a synchronous `main`. `summary` is one sentence without a full stop; `settings` declares
    /// and reads what is the process's own.
    package static func start(
        _ name: String,
        summary: String,
        settings read: (inout SettingsReader) -> Settings
    ) -> Self {
        Signals.block()
        Self.answerOptions(name, summary: summary, read)
        var reader = SettingsReader(environment: processEnvironment())
        let settings = read(&reader)
        let service = ServiceSettings(reading: &reader)
        guard reader.problems.isEmpty else {
            let count = reader.problems.count == 1 ? "1 setting is" : "\(reader.problems.count) settings are"
            let lines = reader.problems.map { "  \($0)\n" }.joined()
            printError("\(name): \(count) wrong:\n\(lines)Try '\(name) --help'.\n")
            exit(ExitCode.configuration)
        }
        return Self(name: name, settings: settings, service: service)
    }

    /// Waits for the signal to stop, runs the stages of ``shutdown`` and ends the process; on the main thread.
    package func runUntilStopped() -> Never {
        let healthServer = self.healthServer
        self.shutdown.stage("health") { healthServer.stop() }
        self.shutdown.waitAndExit()
    }

    private init(name: String, settings: Settings, service: ServiceSettings) {
        let log = Log(process: name, level: service.logLevel, format: service.logFormat)
        let metrics = Metrics()
        metrics.observeProcess()
        metrics.sampled("apus_log_dropped_lines_total", "Lines that standard error did not take in time.") {
            Double(log.dropped)
        }
        self.settings = settings
        self.service = service
        self.log = log
        self.metrics = metrics
        self.health = Health()
        self.shutdown = Shutdown(log: log)
        do throws(HTTPServerError) {
            self.healthServer = try HealthServer(listen: service.healthListen, health: self.health, metrics: metrics)
        } catch {
            printError("\(name): HEALTH_LISTEN: \(error)\n")
            exit(ExitCode.unavailable)
        }
        log.info("started", ["version": Version.current, "health": self.healthServer.address.description])
    }

    private static func answerOptions(_ name: String, summary: String, _ read: (inout SettingsReader) -> Settings) {
        guard let option = CommandLine.arguments.dropFirst().first else { return }
        switch option {
        case "--version":
            print("\(name) (Apus) \(Version.current)")
        case "--help", "-h":
            var reader = SettingsReader(environment: [:])
            _ = read(&reader)
            _ = ServiceSettings(reading: &reader)
            print(SettingsHelp(name: name, summary: summary, declarations: reader.declarations).text, terminator: "")
        default:
            printError("\(name): unknown argument '\(option)'; it takes only --help and --version.\n")
            exit(ExitCode.usage)
        }
        exit(0)
    }
}

/// Writes text to standard error at once, for what comes before there is a log.
package func printError(_ text: String) {
    let bytes = Array(text.utf8)
    unsafe _ = write(STDERR_FILENO, bytes, bytes.count)
}
