import Service

/// What a runner counts, each labelled with its projection.
struct RunnerMetrics {
    let records: Counter
    let rounds: Counter
    let roundSeconds: Histogram
    let deadLetters: Counter
    let droppedLetters: Counter
    let fences: Counter
    let takes: Counter
    let gaps: Counter
    let recreated: Counter
    let outages: Counter
    let refusals: Counter
    let lag: Gauge
    let partitions: Gauge
    let away: Gauge
    let paused: Gauge

    init(_ metrics: Metrics, projection: String) {
        func counter(_ name: String, _ help: String) -> Counter {
            metrics.counter("apus_projection_\(name)_total", help, ["projection": projection])
        }
        func gauge(_ name: String, _ help: String) -> Gauge {
            metrics.gauge("apus_projection_\(name)", help, ["projection": projection])
        }
        self.records = counter("records", "Records of the log that were stepped, repetitions included.")
        self.rounds = counter("rounds", "Transactions that moved positions.")
        self.roundSeconds = metrics.histogram(
            "apus_projection_round_seconds",
            "How long a round took, successful or not.",
            ["projection": projection]
        )
        self.deadLetters = counter("dead_letters", "Records that could not be made sense of.")
        self.droppedLetters = counter("dead_letters_dropped", "Dead letters not kept while PostgreSQL was away.")
        self.fences = counter("fences", "Partitions that another process took over.")
        self.takes = counter("takes", "Partitions taken.")
        self.gaps = counter("gaps", "Stretches of the log that left it before the books had them.")
        self.recreated = counter("recreated_logs", "Partitions whose log turned out to have been recreated.")
        self.outages = counter("outages", "Times PostgreSQL went away or failed.")
        self.refusals = counter("refused_rounds", "Rounds whose values PostgreSQL refused.")
        self.lag = gauge("lag_seconds", "Age of the newest record read in the partition furthest behind.")
        self.partitions = gauge("partitions", "Partitions held.")
        self.away = gauge("away", "1 while PostgreSQL is away.")
        self.paused = gauge("paused", "1 while reading is paused because effects pile up.")
    }
}
