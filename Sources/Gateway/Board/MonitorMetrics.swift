import Events
import Service

/// How every monitor is, for Prometheus: read from the board at each scrape, so that no scrape waits for a database.
///
/// At most so many monitors as the setting allows, those with the smallest ids; what is left out is counted. A monitor
/// whose state is not known has no `apus_monitor_up` and no latency: a gap, never yesterday's value (design §2.7).
struct MonitorMetrics: Sendable {
    private let board: Board
    /// How many monitors are shown at most; 0: none.
    private let limit: Int

    /// Shows at most `limit` monitors of `board`.
    init(_ board: Board, limit: Int) {
        self.board = board
        self.limit = limit
    }

    /// Writes all families as of `now`, Unix ms.
    func write(to output: inout Exposition, now: Int64) {
        let index = self.board.index(now: now)
        let shown = index.entries(index.byID, limit: self.limit)
        let left = index.byID.count - shown.count
        output.gauges(
            "apus_gateway_monitors_without_metrics",
            "Monitors that are left out since METRICS_MONITORS allows no more."
        )
        output.sample("apus_gateway_monitors_without_metrics", [:], Double(left))
        guard !shown.isEmpty else { return }

        output.gauges("apus_monitor_up", "1 while the monitor is up, 0 while it is down; nothing while nobody knows.")
        for entry in shown {
            guard let up = Self.isUp(entry.state(at: now)) else { continue }
            Self.write(entry, "apus_monitor_up", up ? 1 : 0, &output)
        }
        output.gauges("apus_monitor_state", "1 for the state that the monitor is in.")
        for entry in shown {
            output.sample(
                "apus_monitor_state",
                [
                    "monitor": String(entry.id), "name": entry.facts.name, "group": entry.facts.group ?? "",
                    "state": entry.state(at: now).rawValue,
                ],
                1
            )
        }
        output.gauges("apus_monitor_degraded", "1 while the monitor is up, but slower than it should be.")
        for entry in shown {
            Self.write(entry, "apus_monitor_degraded", entry.isDegraded(now) ? 1 : 0, &output)
        }
        output.gauges("apus_monitor_state_since_timestamp_seconds", "Since when the state holds, Unix time.")
        for entry in shown {
            Self.write(entry, "apus_monitor_state_since_timestamp_seconds", Double(entry.since(now)) / 1_000, &output)
        }
        output.gauges("apus_monitor_latency_seconds", "How long the newest check took, by region.")
        for entry in shown where Self.isUp(entry.state(at: now)) != nil {
            for (region, latency) in zip(entry.facts.regions, entry.facts.latencies) {
                guard let latency else { continue }
                output.sample(
                    "apus_monitor_latency_seconds",
                    [
                        "monitor": String(entry.id), "name": entry.facts.name, "group": entry.facts.group ?? "",
                        "region": region,
                    ],
                    latency / 1_000
                )
            }
        }
        output.gauges(
            "apus_monitor_certificate_expiry_seconds",
            "When the certificate that expires first does so, Unix time."
        )
        for entry in shown {
            guard let expiry = entry.facts.certificateExpiresAt else { continue }
            Self.write(entry, "apus_monitor_certificate_expiry_seconds", Double(expiry) / 1_000, &output)
        }
    }

    private static func write(_ entry: BoardEntry, _ name: String, _ value: Double, _ output: inout Exposition) {
        output.sample(
            name,
            ["monitor": String(entry.id), "name": entry.facts.name, "group": entry.facts.group ?? ""],
            value
        )
    }

    /// `nil`: nobody knows, or nobody asks.
    private static func isUp(_ state: State) -> Bool? {
        switch state {
        case .up, .pending: true
        case .down, .recovering: false
        case .new, .unknown, .paused: nil
        }
    }
}
