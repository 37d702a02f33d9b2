/// What a process says at `/metrics`.
struct Exposition {
    private var values: [(series: Substring, value: Double)] = []

    /// Asks the process whose health server listens on `port`.
    init(port: UInt16) throws(BenchError) {
        let text = try LoopbackHTTP(port: port).get("/metrics")
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            self.values.append((line[..<space], value))
        }
    }

    /// The sum of a metric's series; 0 where there is none.
    func sum(_ name: String) -> Double {
        self.values.lazy.filter { $0.series == name || $0.series.hasPrefix("\(name){") }.reduce(0) { $0 + $1.value }
    }

    /// The greatest of a metric's series; 0 where there is none.
    func greatest(_ name: String) -> Double {
        self.values.lazy.filter { $0.series == name || $0.series.hasPrefix("\(name){") }.map(\.value).max() ?? 0
    }

    /// The least bound of a histogram below which `share` (0 … 1) of what was observed since `earlier` lies.
    ///
    /// All series of the name are taken together; infinite when it lies beyond the last bound.
    func quantile(_ share: Double, of name: String, since earlier: Exposition) -> Double {
        let before = earlier.buckets(name)
        let counts = self.buckets(name).map { (bound: $0.key, count: $0.value - (before[$0.key] ?? 0)) }
            .sorted { $0.bound < $1.bound }
        guard let total = counts.last?.count, total > 0 else { return .nan }
        return counts.first { $0.count >= share * total }?.bound ?? .infinity
    }

    private func buckets(_ name: String) -> [Double: Double] {
        var buckets: [Double: Double] = [:]
        for (series, value) in self.values where series.hasPrefix("\(name)_bucket{") {
            guard let start = series.lastIndex(of: "="), let end = series.lastIndex(of: "\"") else { continue }
            let bound = series[series.index(start, offsetBy: 2)..<end]
            buckets[bound == "+Inf" ? .infinity : Double(bound) ?? .nan, default: 0] += value
        }
        return buckets
    }
}
