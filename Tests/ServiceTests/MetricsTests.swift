import Service
import Testing

@Suite struct MetricsTests {
    @Test func `the exposition is Prometheus' text format`() {
        let metrics = Metrics()
        metrics.counter("apus_results_total", "Results, \"all\"\nof \\ them.", ["outcome": "up", "region": "e\"u\n"])
            .add(3)
        metrics.gauge("apus_lag_seconds", "Lag.").set(0.25)
        let histogram = metrics.histogram("apus_round_seconds", "Rounds.", bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
        metrics.sampled("apus_asked_total", "Asked.") { 5 }
        #expect(
            metrics.exposition() == """
                # HELP apus_asked_total Asked.
                # TYPE apus_asked_total counter
                apus_asked_total 5
                # HELP apus_lag_seconds Lag.
                # TYPE apus_lag_seconds gauge
                apus_lag_seconds 0.25
                # HELP apus_results_total Results, "all"\\nof \\\\ them.
                # TYPE apus_results_total counter
                apus_results_total{outcome="up",region="e\\"u\\n"} 3
                # HELP apus_round_seconds Rounds.
                # TYPE apus_round_seconds histogram
                apus_round_seconds_bucket{le="0.1"} 2
                apus_round_seconds_bucket{le="1"} 3
                apus_round_seconds_bucket{le="+Inf"} 4
                apus_round_seconds_sum 7.65
                apus_round_seconds_count 4

                """
        )
    }

    @Test func `the same name and labels are the same handle`() {
        let metrics = Metrics()
        let first = metrics.counter("apus_x_total", "X.", ["a": "1", "b": "2"])
        #expect(metrics.counter("apus_x_total", "X.", ["b": "2", "a": "1"]) === first)
        #expect(metrics.counter("apus_x_total", "X.", ["a": "2", "b": "2"]) !== first)
    }

    @Test func `labels can't grow without bound`() {
        let metrics = Metrics()
        for number in 0..<(Metrics.seriesLimit + 50) {
            metrics.counter("apus_x_total", "X.", ["who": "\(number)"]).add()
        }
        let lines = metrics.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == Metrics.seriesLimit + 1)
        #expect(lines.contains("apus_x_total{who=\"other\"} 50"))
    }

    @Test func `counting from many threads loses nothing`() {
        let metrics = Metrics()
        let counter = metrics.counter("apus_x_total", "X.")
        let histogram = metrics.histogram("apus_y_seconds", "Y.")
        let threads = (0..<4).map { _ in
            DedicatedThread("count") {
                for _ in 0..<10_000 {
                    counter.add()
                    histogram.observe(1)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(counter.value == 40_000)
        #expect(histogram.snapshot.sum == 40_000)
    }

    @Test func `a process tells its own use of the machine`() {
        let metrics = Metrics()
        metrics.observeProcess()
        let text = metrics.exposition()
        for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"] {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            #expect(line.flatMap { Double($0.split(separator: " ")[1]) } ?? 0 > 0, "\(name)")
        }
    }
}
