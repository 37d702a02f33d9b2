import Events
import Testing

@testable import History

@Suite struct AvailabilityTests {
    @Test func `no data is neither zero nor a hundred per cent`() {
        let nothing = Availability(spans: [], window: 0..<1_000, known: 1_000)
        #expect(nothing.availability == nil)
        #expect(nothing.coverage == nil)
        #expect(nothing.paused == 1_000)
    }

    @Test func `time is split exactly and unknown time lowers the coverage only`() {
        let spans = [Span(from: 100, state: .up), Span(from: 600, state: .down), Span(from: 700, state: .unknown)]
        let seen = Availability(spans: spans, window: 0..<1_000, known: 900)
        #expect(seen.paused == 100)
        #expect(seen.up == 500)
        #expect(seen.down == 100)
        #expect(seen.unknown == 300)
        #expect(seen.availability == 500.0 / 600)
        #expect(seen.coverage == 600.0 / 900)
    }

    @Test func `what nobody has seen yet is unknown and not the last state`() {
        let seen = Availability(spans: [Span(from: -50, state: .up)], window: 0..<1_000, known: 400)
        #expect(seen.up == 400)
        #expect(seen.unknown == 600)
    }

    @Test func `splitting a window adds up`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func random(_ bound: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % bound
        }
        for _ in 0..<500 {
            var from: Int64 = random(200) - 100
            var spans: [Span] = []
            for _ in 0..<random(8) {
                spans.append(Span(from: from, state: SpanState.allCases[Int(random(4))]))
                from += 1 + random(300)
            }
            let end = 1_000 + random(500)
            let cut = random(end)
            let known = random(end + 100)
            let whole = Availability(spans: spans, window: 0..<end, known: known)
            let left = Availability(spans: spans, window: 0..<cut, known: known)
            let right = Availability(spans: spans, window: cut..<end, known: known)
            #expect(whole.up == left.up + right.up, "seed \(seed)")
            #expect(whole.down == left.down + right.down, "seed \(seed)")
            #expect(whole.unknown == left.unknown + right.unknown, "seed \(seed)")
            #expect(whole.up + whole.down + whole.unknown + whole.paused == end, "seed \(seed)")
        }
    }
}
