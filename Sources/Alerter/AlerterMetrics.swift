import Service

/// What an alerter counts.
struct AlerterMetrics: Sendable {
    let pending: Gauge
    let dead: Gauge
    let open: Gauge
    let attempts: [DeliveryReport.State: Counter]
    let latency: Histogram

    /// Registers every metric.
    init(_ metrics: Metrics) {
        self.pending = metrics.gauge("apus_alerter_deliveries_pending", "Deliveries that are still to be made.")
        self.dead = metrics.gauge("apus_alerter_deliveries_dead", "Deliveries that were given up and can be retried.")
        self.open = metrics.gauge("apus_alerter_incidents_open", "Incidents that have not ended.")
        var attempts: [DeliveryReport.State: Counter] = [:]
        for state in DeliveryReport.State.allCases {
            attempts[state] = metrics.counter(
                "apus_alerter_attempts_total",
                "Attempts to deliver, by what became of the delivery; pending: it is tried again.",
                ["outcome": state.rawValue]
            )
        }
        self.attempts = attempts
        self.latency = metrics.histogram(
            "apus_alerter_delivery_seconds",
            "From the record that caused an announcement, by its own time, to its delivery."
        )
    }
}
