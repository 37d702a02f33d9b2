import Service

/// What the processor counts; handles looked up once, safe from every thread.
struct ProcessorMetrics: Sendable {
    let duplicates: Counter
    let late: Counter
    let stale: Counter
    let droppedUnknown: Counter
    let droppedDeleted: Counter
    let droppedOld: Counter
    let ahead: Counter
    let monitors: Gauge
    let redisErrors: Counter
    let redisDirty: Gauge
    let untoldIncidents: Counter
    let published: Counter
    let strays: Gauge
    let retentionFailures: Counter

    /// Registers every metric.
    init(_ metrics: Metrics) {
        func dropped(_ why: String) -> Counter {
            metrics.counter(
                "apus_processor_dropped_results_total",
                "Results that have no place in history: their monitor is unknown or deleted, or their day was dropped.",
                ["reason": why]
            )
        }
        self.duplicates = metrics.counter(
            "apus_processor_duplicate_results_total",
            "Results that were stored before."
        )
        self.late = metrics.counter(
            "apus_processor_late_results_total",
            "Results that came after a newer one of their monitor and region."
        )
        self.stale = metrics.counter(
            "apus_processor_stale_results_total",
            "Results of an older definition, or of a monitor that is paused: kept in history, without say in state."
        )
        self.droppedUnknown = dropped("unknown")
        self.droppedDeleted = dropped("deleted")
        self.droppedOld = dropped("old")
        self.ahead = metrics.counter(
            "apus_processor_ahead_results_total",
            "Results stepped while PostgreSQL was away; they are stepped again with the books."
        )
        self.monitors = metrics.gauge("apus_processor_monitors", "Monitors of the partitions held.")
        self.redisErrors = metrics.counter("apus_processor_redis_errors_total", "Failed attempts to write to Redis.")
        self.redisDirty = metrics.gauge("apus_processor_redis_dirty_keys", "Statuses that Redis still lacks.")
        self.untoldIncidents = metrics.counter(
            "apus_processor_untold_incidents_total",
            "Incidents that live updates left out, since Redis was away for too long; the books have them."
        )
        self.published = metrics.counter("apus_processor_updates_total", "Statuses that Redis took and told.")
        self.strays = metrics.gauge(
            "apus_processor_stray_results",
            "Results in the default partition, which fit no day; should be 0."
        )
        self.retentionFailures = metrics.counter(
            "apus_processor_retention_failures_total",
            "Times that days could not be made or dropped."
        )
    }
}
