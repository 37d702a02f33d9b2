/// A mergeable histogram of latencies: log-linear buckets, sixteen to each doubling.
///
/// A bucket is at most 1/16 wide of its lower bound, so a percentile read from it is at most 6.25 % off; merging is
/// adding. The layout is that of HdrHistogram (Gil Tene) with four bits of precision. Values are microseconds,
/// 0 … 2⁴⁰ (twelve days); larger ones count as the largest.
package struct LatencyHistogram: Sendable, Hashable {
    private static let precision = 4
    private static let greatest: Int64 = 1 << 40

    /// Counts by bucket, from bucket 0 to the highest in use.
    private var counts: [UInt32] = []
    /// How many values were added.
    package private(set) var total: UInt64 = 0

    /// An empty histogram.
    package init() {}

    /// Adds `times` values of `micros` microseconds; negative ones count as 0.
    package mutating func add(_ micros: Int64, times: UInt32 = 1) {
        let bucket = LatencyHistogram.bucket(of: micros)
        self.grow(to: bucket)
        self.counts[bucket] = self.counts[bucket].addingSaturated(times)
        self.total += UInt64(times)
    }

    /// Adds every value of another histogram.
    package mutating func merge(_ other: LatencyHistogram) {
        guard !other.counts.isEmpty else { return }
        self.grow(to: other.counts.count - 1)
        for (bucket, count) in other.counts.enumerated() {
            self.counts[bucket] = self.counts[bucket].addingSaturated(count)
        }
        self.total += other.total
    }

    /// The latency in µs below which the share `quantile` (0 … 1) of the values lies; `nil` where there are none.
    ///
    /// The nearest-rank definition, at the middle of the bucket that holds the rank.
    package func quantile(_ quantile: Double) -> Double? {
        guard self.total > 0 else { return nil }
        let rank = max(1, UInt64((min(max(quantile, 0), 1) * Double(self.total)).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, count) in self.counts.enumerated() {
            seen += UInt64(count)
            if seen >= rank {
                let range = LatencyHistogram.range(of: bucket)
                return Double(range.lowerBound + range.upperBound) / 2
            }
        }
        return nil
    }

    /// The histogram as it is stored: pairs of LEB128 numbers, how many empty buckets to step over and a count.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        var empty: UInt64 = 0
        for count in self.counts {
            if count == 0 {
                empty += 1
            } else {
                LatencyHistogram.append(empty, to: &bytes)
                LatencyHistogram.append(UInt64(count), to: &bytes)
                empty = 0
            }
        }
        return bytes
    }

    /// Reads what ``encoded`` wrote; `nil` where the bytes are none of its.
    package init?(encoded: [UInt8]) {
        var index = 0
        var bucket = 0
        while index < encoded.count {
            guard let empty = LatencyHistogram.number(encoded, &index),
                let count = LatencyHistogram.number(encoded, &index),
                empty < 1_024, count > 0, count <= UInt64(UInt32.max)
            else { return nil }
            bucket += Int(empty)
            guard bucket <= LatencyHistogram.bucket(of: LatencyHistogram.greatest) else { return nil }
            self.grow(to: bucket)
            self.counts[bucket] = UInt32(count)
            self.total += count
            bucket += 1
        }
    }

    /// The bucket that `micros` falls into.
    static func bucket(of micros: Int64) -> Int {
        let value = min(max(micros, 0), LatencyHistogram.greatest)
        guard value >= 1 << LatencyHistogram.precision else { return Int(value) }
        let exponent = Int64.bitWidth - 1 - value.leadingZeroBitCount
        let shift = exponent - LatencyHistogram.precision
        return (shift << LatencyHistogram.precision) + Int(value >> Int64(shift))
    }

    /// The values that fall into a bucket, both ends included.
    static func range(of bucket: Int) -> ClosedRange<Int64> {
        let width = 1 << LatencyHistogram.precision
        guard bucket >= 2 * width else { return Int64(bucket)...Int64(bucket) }
        let shift = bucket / width - 1
        let low = Int64(bucket - shift * width) << Int64(shift)
        return low...(low + (1 << Int64(shift)) - 1)
    }

    private mutating func grow(to bucket: Int) {
        guard bucket >= self.counts.count else { return }
        self.counts.append(contentsOf: repeatElement(0, count: bucket + 1 - self.counts.count))
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            guard index < bytes.count else { return nil }
            let byte = bytes[index]
            index += 1
            number |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return number }
        }
        return nil
    }
}

extension UInt32 {
    fileprivate func addingSaturated(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
