/// Metrics being written in Prometheus' text format, version 0.0.4.
///
/// A family is begun once, then its samples follow. Not shared between threads.
package struct Exposition: Sendable {
    /// What was written.
    package private(set) var text = ""

    init() {}

    /// Begins a metric whose samples come next.
    ///
    /// The name is in base units, and no counter's.
    package mutating func gauges(_ name: String, _ help: String) { self.family(name, help, .gauge) }

    /// A sample of the family that was begun last; labels in the order in which they are to stand.
    package mutating func sample(_ name: String, _ labels: Metrics.Labels, _ value: Double) {
        self.text += name
        var separator = "{"
        for (label, value) in labels {
            self.text += separator
            self.text += label
            self.text += "=\""
            self.text += escapedLabel(value)
            self.text += "\""
            separator = ","
        }
        self.text += separator == "{" ? " " : "} "
        self.text += number(value)
        self.text += "\n"
    }

    fileprivate mutating func family(_ name: String, _ help: String, _ type: MetricType) {
        self.text += "# HELP \(name) \(escapedHelp(help))\n"
        self.text += "# TYPE \(name) \(type.rawValue)\n"
    }

    fileprivate mutating func series(_ series: MetricSeries, name: String, labels: [(String, String)]) {
        append(series, name: name, labels: labels, to: &self.text)
    }
}

extension Metrics {
    /// All metrics in Prometheus' text format, version 0.0.4.
    package func exposition() -> String {
        var output = Exposition()
        for family in self.snapshot {
            output.family(family.name, family.help, family.type)
            for values in family.series.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                guard let series = family.series[values] else { continue }
                output.series(series, name: family.name, labels: Array(zip(family.labelNames, values)))
            }
        }
        for write in self.writers { write(&output) }
        return output.text
    }
}

private func append(_ series: MetricSeries, name: String, labels: [(String, String)], to text: inout String) {
    switch series {
    case .counter(let counter):
        text += "\(name)\(rendered(labels)) \(counter.value)\n"
    case .gauge(let gauge):
        text += "\(name)\(rendered(labels)) \(number(gauge.value))\n"
    case .sampled(let sample):
        text += "\(name)\(rendered(labels)) \(number(sample()))\n"
    case .histogram(let histogram):
        let (counts, sum) = histogram.snapshot
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < histogram.bounds.count ? number(histogram.bounds[index]) : "+Inf"
            text += "\(name)_bucket\(rendered(labels + [("le", bound)])) \(total)\n"
        }
        text += "\(name)_sum\(rendered(labels)) \(number(sum))\n"
        text += "\(name)_count\(rendered(labels)) \(total)\n"
    }
}

private func rendered(_ labels: [(String, String)]) -> String {
    if labels.isEmpty { return "" }
    return "{" + labels.map { "\($0.0)=\"\(escapedLabel($0.1))\"" }.joined(separator: ",") + "}"
}

private func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return String(whole) }
    return "\(value)"
}

private func escapedHelp(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
}

private func escapedLabel(_ text: String) -> String {
    // Most need nothing, and there may be a hundred thousand of them.
    if !text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\"") })
    {
        return text
    }
    return escapedHelp(text).replacing("\"", with: "\\\"")
}
