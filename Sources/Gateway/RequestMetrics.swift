import HTTPServer
import Service
import Synchronization

/// How long requests took, by route and status class; the labels are bounded by the number of routes.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let template: String
        let status: Int
    }

    private let metrics: Metrics
    private let histograms = Mutex<[Key: Histogram]>([:])

    /// Registers a histogram for each route and status class when it is first seen.
    init(_ metrics: Metrics) {
        self.metrics = metrics
    }

    /// Takes one answered request; from any thread.
    var observe: @Sendable (HTTPServer.Observation) -> Void {
        { observation in
            let key = Key(template: "\(observation.template)", status: observation.status / 100)
            let histogram = self.histograms.withLock { histograms in
                if let known = histograms[key] { return known }
                let made = self.metrics.histogram(
                    "apus_gateway_request_duration_seconds",
                    "How long requests took.",
                    ["route": key.template.isEmpty ? "none" : key.template, "status": "\(key.status)xx"]
                )
                histograms[key] = made
                return made
            }
            histogram.observe(Double(observation.microseconds) / 1_000_000)
        }
    }
}
