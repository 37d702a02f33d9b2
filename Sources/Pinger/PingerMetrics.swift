import Events
import Service

/// What a pinger counts; handles looked up once, safe from every thread.
struct PingerMetrics: Sendable {
    private let up, degraded, down, unknown: Counter
    let skipped: Counter
    let covered: Counter
    let lateness: Histogram
    let running: Gauge
    let monitors: Gauge
    let shares: Gauge
    let pulses: Counter
    let definitionsRefused: Counter
    let annulled: Counter
    let clockOffset: Gauge

    /// Registers every metric.
    init(_ metrics: Metrics, region: String) {
        func checks(_ outcome: Outcome) -> Counter {
            metrics.counter(
                "apus_pinger_checks_total",
                "Attempts that were finished, by what they found.",
                ["outcome": outcome.rawValue]
            )
        }
        self.up = checks(.up)
        self.degraded = checks(.degraded)
        self.down = checks(.down)
        self.unknown = checks(.unknown)
        self.skipped = metrics.counter(
            "apus_pinger_late_slots_total",
            "Slots given up because they could not be started in time."
        )
        self.covered = metrics.counter(
            "apus_pinger_skipped_slots_total",
            "Slots that passed while an earlier check of the monitor was still running."
        )
        self.lateness = metrics.histogram(
            "apus_pinger_start_lateness_seconds",
            "How much later than planned attempts were started.",
            bounds: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5]
        )
        self.running = metrics.gauge("apus_pinger_running_checks", "Attempts that are running.")
        self.monitors = metrics.gauge("apus_pinger_monitors", "Monitors that this pinger checks.")
        self.shares = metrics.gauge("apus_pinger_shares", "Shares that this pinger holds.")
        self.pulses = metrics.counter("apus_pinger_pulses_total", "Pulses published.", ["region": region])
        self.definitionsRefused = metrics.counter(
            "apus_pinger_refused_definitions_total",
            "Definitions that could not be read or whose secrets could not be opened."
        )
        self.annulled = metrics.counter(
            "apus_pinger_local_faults_total",
            "Attempts that say nothing about their target, because of a fault on this side."
        )
        self.clockOffset = metrics.gauge(
            "apus_pinger_clock_offset_seconds",
            "How far this machine's clock is ahead of the broker's."
        )
    }

    /// The attempts that found `outcome`.
    func checks(_ outcome: Outcome) -> Counter {
        switch outcome {
        case .up: self.up
        case .degraded: self.degraded
        case .down: self.down
        case .unknown: self.unknown
        }
    }
}
