import Testing

@testable import History

@Suite struct LatencyHistogramTests {
    @Test func `every value falls into a bucket at most a sixteenth wide`() {
        for value in [Int64(0), 1, 15, 16, 17, 31, 32, 33, 1_000, 65_535, 65_536, 10_000_113, 1 << 39, 1 << 40] {
            let range = LatencyHistogram.range(of: LatencyHistogram.bucket(of: value))
            #expect(range.contains(value), "\(value) in \(range)")
            #expect(range.upperBound - range.lowerBound <= max(value / 16, 0), "\(value) in \(range)")
        }
    }

    @Test func `buckets follow each other without a gap`() {
        for bucket in 0..<590 {
            let upper = LatencyHistogram.range(of: bucket).upperBound
            #expect(LatencyHistogram.bucket(of: upper) == bucket)
            #expect(LatencyHistogram.range(of: bucket + 1).lowerBound == upper + 1)
        }
    }

    @Test func `quantiles lie within a sixteenth of the truth`() throws {
        var histogram = LatencyHistogram()
        for micros in 1...100_000 { histogram.add(Int64(micros)) }
        for quantile in [0.5, 0.95, 0.99, 1] {
            let truth = quantile * 100_000
            let read = try #require(histogram.quantile(quantile))
            #expect(abs(read - truth) <= truth / 16)
        }
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test func `merging equals adding everything to one`() {
        var generator = SystemRandomNumberGenerator()
        var all = LatencyHistogram()
        var parts = [LatencyHistogram(), LatencyHistogram(), LatencyHistogram()]
        for _ in 0..<3_000 {
            let value = Int64.random(in: -5...1 << 41, using: &generator) >> Int64.random(in: 0...40, using: &generator)
            all.add(value)
            parts[Int.random(in: 0..<3, using: &generator)].add(value)
        }
        var merged = parts[0]
        merged.merge(parts[1])
        merged.merge(parts[2])
        #expect(merged == all)
        #expect(LatencyHistogram(encoded: all.encoded) == all)
    }

    @Test func `bytes that are no histogram are refused`() {
        #expect(LatencyHistogram(encoded: []) == LatencyHistogram())
        #expect(LatencyHistogram(encoded: [0]) == nil)
        #expect(LatencyHistogram(encoded: [0, 0]) == nil)
        #expect(LatencyHistogram(encoded: [0x80, 0x80]) == nil)
        #expect(LatencyHistogram(encoded: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]) == nil)
        #expect(LatencyHistogram(encoded: [0xff, 0x07, 1]) == nil)
    }
}
