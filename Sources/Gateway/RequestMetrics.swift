import HTTPServer
import Service
import Synchronization

/// How long requests took, by route and status class; the labels are bounded by the number of routes.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        /// Where the template lies: found without reading it, for every request.
        let template: UInt
        /// 2 for 2xx and so on; 0 where the connection broke.
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
            let address = unsafe UInt(bitPattern: observation.template.utf8Start)
            let key = Key(template: address, status: observation.status / 100)
            let histogram = self.histograms.withLock { histograms in
                if let known = histograms[key] { return known }
                let template = "\(observation.template)"
                let made = self.metrics.histogram(
                    "apus_gateway_request_duration_seconds",
                    "How long requests took.",
                    ["route": template.isEmpty ? "none" : template, "status": "\(key.status)xx"]
                )
                histograms[key] = made
                return made
            }
            histogram.observe(Double(observation.microseconds) / 1_000_000)
        }
    }
}
