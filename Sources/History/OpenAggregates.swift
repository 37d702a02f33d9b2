package import Events

/// The sums of one monitor's minutes, hours and days that are not over yet, by region (design §6).
///
/// They live in the monitor's state row; a row of a rollup is written when a result of a later one arrives.
package struct OpenAggregates: Sendable, Hashable {
    private struct Open: Sendable, Hashable {
        var start: Int64
        var sum: Rollup
    }

    private struct Region: Sendable, Hashable {
        var name: String
        /// By ``RollupWidth``.
        var open: [Open?] = [nil, nil, nil]
    }

    private var regions: [Region] = []

    /// Nothing open.
    package init() {}

    /// Whether nothing is open.
    package var isEmpty: Bool { self.regions.isEmpty }

    /// Adds a result; what is over, and what a late result adds to rows written before, goes to `changes`.
    ///
    /// - Parameter minutes: whether minutes are kept of this monitor: its interval is under a minute.
    package mutating func add(_ result: CheckResult, minutes: Bool, _ changes: inout RollupChanges) {
        let index = self.index(of: result.region)
        for width in RollupWidth.allCases {
            guard width != .minute || minutes else {
                self.close(index, width, of: result.monitor, &changes)
                continue
            }
            let start = width.start(of: result.slot)
            let slot = width.rawValue
            if let open = self.regions[index].open[slot] {
                if start < open.start {
                    let key = RollupKey(monitor: result.monitor, region: result.region, start: start)
                    changes.correct(width, key, result)
                    continue
                }
                if start > open.start { self.close(index, width, of: result.monitor, &changes) }
            }
            if self.regions[index].open[slot] == nil {
                self.regions[index].open[slot] = Open(start: start, sum: Rollup())
            }
            self.regions[index].open[slot]?.sum.add(result)
        }
    }

    /// Ends everything that is open, as for a monitor that was deleted.
    package mutating func closeAll(of monitor: Int64, _ changes: inout RollupChanges) {
        for index in self.regions.indices {
            for width in RollupWidth.allCases { self.close(index, width, of: monitor, &changes) }
        }
        self.regions = []
    }

    /// Calls `body` with each sum that is open: its width, region, start (Unix ms) and itself.
    package func forEach(_ body: (RollupWidth, String, Int64, Rollup) -> Void) {
        for region in self.regions {
            for width in RollupWidth.allCases {
                if let open = region.open[width.rawValue] { body(width, region.name, open.start, open.sum) }
            }
        }
    }

    private mutating func index(of region: String) -> Int {
        if let index = self.regions.firstIndex(where: { $0.name == region }) { return index }
        self.regions.append(Region(name: region))
        return self.regions.count - 1
    }

    private mutating func close(_ index: Int, _ width: RollupWidth, of monitor: Int64, _ changes: inout RollupChanges) {
        guard let open = self.regions[index].open[width.rawValue] else { return }
        self.regions[index].open[width.rawValue] = nil
        let key = RollupKey(monitor: monitor, region: self.regions[index].name, start: open.start)
        changes.close(width, key, open.sum)
    }
}

extension OpenAggregates {
    /// The sums as they are stored: numbers in LEB128, each region with its name.
    package var encoded: [UInt8] {
        var output = NumberWriter()
        self.forEach { width, region, start, sum in
            output.text(region)
            output.number(Int64(width.rawValue))
            output.number(start)
            for count in [sum.up, sum.degraded, sum.down, sum.unknown, sum.retries, sum.sum] { output.number(count) }
            // 0 says that there is none.
            output.number((sum.least ?? -1) + 1)
            output.number((sum.greatest ?? -1) + 1)
            output.bytes(sum.histogram.encoded)
        }
        return output.output
    }

    /// Reads what ``encoded`` wrote; `nil` where the bytes are none of its.
    package init?(encoded: [UInt8]) {
        var input = NumberReader(encoded)
        while !input.isAtEnd {
            guard let region = input.text(), let number = input.number(),
                let width = RollupWidth(rawValue: Int(number)),
                let start = input.number()
            else { return nil }
            var sum = Rollup()
            guard let up = input.number(), let degraded = input.number(), let down = input.number(),
                let unknown = input.number(), let retries = input.number(), let total = input.number(),
                let least = input.number(), let greatest = input.number(), let bytes = input.bytes(),
                let histogram = LatencyHistogram(encoded: bytes)
            else { return nil }
            sum.up = up
            sum.degraded = degraded
            sum.down = down
            sum.unknown = unknown
            sum.retries = retries
            sum.sum = total
            sum.least = least > 0 ? least - 1 : nil
            sum.greatest = greatest > 0 ? greatest - 1 : nil
            sum.histogram = histogram
            let index = self.index(of: region)
            self.regions[index].open[width.rawValue] = Open(start: start, sum: sum)
        }
    }
}
