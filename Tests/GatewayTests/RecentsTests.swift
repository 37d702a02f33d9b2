import Events
import Latest
import Testing

@testable import Gateway

@Suite struct RecentsTests {
    private func results(_ slots: some Sequence<Int64>) -> [RecentResult] {
        slots.map { RecentResult(region: "eu", slot: $0, outcome: .up) }
    }

    private func slots(_ recents: Recents, _ id: Int64) -> [Int64]? { recents.known([id])[id]?.map(\.slot) }

    @Test func `what comes while it is loaded is neither lost nor doubled`() {
        let recents = Recents()
        recents.add(self.results([1]), of: 7)
        #expect(self.slots(recents, 7) == nil)
        recents.expect([7])
        recents.add(self.results([3, 4]), of: 7)
        #expect(self.slots(recents, 7) == nil)
        // Redis had taken 3 when it was read.
        recents.load(self.results([1, 2, 3]), of: 7)
        #expect(self.slots(recents, 7) == [1, 2, 3, 4])
        recents.add(self.results(5...80), of: 7)
        #expect(self.slots(recents, 7) == Array(21...80))
    }

    @Test func `what was forgotten while it was loaded is not kept`() {
        let recents = Recents()
        recents.expect([7])
        recents.forgetAll()
        recents.load(self.results([1]), of: 7)
        #expect(self.slots(recents, 7) == nil)
    }

    @Test func `those not asked for the longest time make room`() {
        let recents = Recents(limit: 8)
        for id in 1...8 as ClosedRange<Int64> {
            recents.expect([id])
            recents.load(self.results([id]), of: id)
        }
        #expect(self.slots(recents, 1) == [1])
        recents.expect([9])
        recents.load(self.results([9]), of: 9)
        #expect(self.slots(recents, 1) == [1])
        #expect(self.slots(recents, 9) == [9])
        #expect([2, 3, 4].allSatisfy { self.slots(recents, $0) == nil })
    }

    @Test func `the rate is of the last minute`() {
        let rate = ResultRate(now: 0)
        #expect(rate.perSecond(now: 500) == 0)
        for second in 0..<10 as Range<Int64> { rate.add(5, now: second * 1_000) }
        #expect(rate.perSecond(now: 10_000) == 5)
        #expect(abs(rate.perSecond(now: 40_000) - 50.0 / 40) < 0.001)
        #expect(rate.perSecond(now: 200_000) == 0)
        rate.add(59, now: 200_000)
        #expect(rate.perSecond(now: 201_000) == 1)
    }
}
