extension Metrics {
    /// All metrics in Prometheus' text format, version 0.0.4.
    package func exposition() -> String {
        var text = ""
        for family in self.snapshot {
            text += "# HELP \(family.name) \(escapedHelp(family.help))\n"
            text += "# TYPE \(family.name) \(family.type.rawValue)\n"
            for values in family.series.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                guard let series = family.series[values] else { continue }
                append(series, name: family.name, labels: Array(zip(family.labelNames, values)), to: &text)
            }
        }
        return text
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
    escapedHelp(text).replacing("\"", with: "\\\"")
}
