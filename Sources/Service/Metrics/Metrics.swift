import Synchronization

/// The metrics of one process.
///
/// Names are `apus_<noun>_<unit>` in base units, counters end in `_total`. Look a handle up once and keep it: looking up
/// takes a lock, counting does not. The same name and labels give the same handle; the same name with another type or
/// other label names is a programmer's error. A metric has at most ``seriesLimit`` sets of label values; further ones
/// share a series whose values are `other`, so that no input can grow the memory or the answer.
package final class Metrics: Sendable {
    /// Label names and their values.
    package typealias Labels = KeyValuePairs<String, String>

    /// The most series one metric has before further ones are gathered in `other`.
    package static let seriesLimit = 500

    private let families = Mutex<[String: MetricFamily]>([:])
    private let written = Mutex<[@Sendable (inout Exposition) -> Void]>([])

    /// An empty registry.
    package init() {}

    /// A number that only grows; the name ends in `_total`.
    package func counter(_ name: String, _ help: String, _ labels: Labels = [:]) -> Counter {
        precondition(name.hasSuffix("_total"), "the counter \(name) must end in _total")
        let series = self.series(name, help, .counter, labels) { .counter(Counter()) }
        guard case .counter(let counter) = series else { preconditionFailure("\(name) has two meanings") }
        return counter
    }

    /// A number that rises and falls.
    package func gauge(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
        let series = self.series(name, help, .gauge, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = series else { preconditionFailure("\(name) has two meanings") }
        return gauge
    }

    /// Observations in buckets with the given upper bounds.
    package func histogram(
        _ name: String,
        _ help: String,
        _ labels: Labels = [:],
        bounds: [Double] = Histogram.seconds
    ) -> Histogram {
        let series = self.series(name, help, .histogram, labels) { .histogram(Histogram(bounds: bounds)) }
        guard case .histogram(let histogram) = series else { preconditionFailure("\(name) has two meanings") }
        return histogram
    }

    /// A number asked for at each scrape, on the thread that answers; must be quick.
    ///
    /// A counter if its name ends in `_total`, a gauge otherwise.
    package func sampled(
        _ name: String,
        _ help: String,
        _ labels: Labels = [:],
        _ sample: @escaping @Sendable () -> Double
    ) {
        _ = self.series(name, help, name.hasSuffix("_total") ? .counter : .gauge, labels) { .sampled(sample) }
    }

    /// Families that `write` gives whole at each scrape, on the thread that answers.
    ///
    /// For series that come and go with what people make; the writer bounds their number.
    package func written(by write: @escaping @Sendable (inout Exposition) -> Void) {
        self.written.withLock { $0.append(write) }
    }

    /// Who writes families of their own.
    var writers: [@Sendable (inout Exposition) -> Void] { self.written.withLock { $0 } }

    /// All families, by name, each with its series.
    var snapshot: [MetricFamily] {
        self.families.withLock { families in families.values.sorted { $0.name < $1.name } }
    }

    private func series(
        _ name: String,
        _ help: String,
        _ type: MetricType,
        _ labels: Labels,
        _ make: () -> MetricSeries
    ) -> MetricSeries {
        let labels = labels.sorted { $0.key < $1.key }
        return self.families.withLock { families in
            let names = labels.map(\.key)
            var family = families[name] ?? MetricFamily(name: name, help: help, type: type, labelNames: names)
            precondition(family.type == type && family.labelNames == names, "\(name) has two meanings")
            var values = labels.map(\.value)
            if family.series[values] == nil && family.series.count >= Self.seriesLimit {
                values = values.map { _ in "other" }
            }
            let value = family.series[values] ?? make()
            family.series[values] = value
            families[name] = family
            return value
        }
    }
}

/// The types of the exposition format that are used.
enum MetricType: String, Sendable {
    case counter, gauge, histogram
}

/// All series of one name.
struct MetricFamily: Sendable {
    let name: String
    let help: String
    let type: MetricType
    let labelNames: [String]
    var series: [[String]: MetricSeries] = [:]
}

/// What one set of label values stands for.
enum MetricSeries: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
    case sampled(@Sendable () -> Double)
}
