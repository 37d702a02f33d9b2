import Testing

@testable import Gateway
@testable import HTTPServer

/// What slows down who guesses.
@Suite struct BrakeTests {
    private let address = Brake.Subject.address(PeerAddress("192.0.2.1")!.network)
    private let name = Brake.Subject.name("ada")

    @Test func `each failure beyond the third doubles the wait, up to a quarter of an hour and a minute`() {
        for (subject, longest) in [(self.address, 900_000), (self.name, 60_000)] as [(Brake.Subject, Int64)] {
            let brake = Brake()
            var now: Int64 = 5_000_000
            var waits: [Int64] = []
            for _ in 0..<14 {
                #expect(brake.begin([subject], now: now) == nil)
                let wait = brake.wait(subject, now: now) ?? 0
                waits.append(wait)
                if wait > 0 {
                    // One millisecond too early is too early, and costs nothing.
                    #expect(brake.begin([subject], now: now + wait - 1) == 1)
                }
                now += wait
            }
            let expected = [0, 0, 0] + (0..<11).map { min(Int64(1_000) << Int64($0), longest) }
            #expect(waits == expected)
        }
    }

    @Test func `tries at the same time count before any of them is judged`() {
        let brake = Brake()
        for _ in 0..<4 { #expect(brake.begin([self.address, self.name], now: 0) == nil) }
        #expect(brake.begin([self.address, self.name], now: 0) == 1_000)
        #expect(brake.begin([.name("bob")], now: 0) == nil)
    }

    @Test func `a success forgives the name all and the address one, so that own passwords help no guesser`() {
        let brake = Brake()
        var now: Int64 = 0
        func fail(_ name: String) {
            now += brake.wait(self.address, now: now) ?? 0
            #expect(brake.begin([self.address, .name(name)], now: now) == nil)
        }
        for number in 0..<6 {
            fail("victim-\(number)")
            now += brake.wait(self.address, now: now) ?? 0
            #expect(brake.begin([self.address, .name("mine")], now: now) == nil)
            brake.forgive([self.address, .name("mine")])
        }
        fail("another")
        #expect(brake.wait(self.address, now: now) == 8_000)
        #expect(brake.wait(.name("mine"), now: now) == nil)
    }

    @Test func `an hour without a failure forgets all, and memory is bounded`() {
        let brake = Brake(capacity: 100)
        for now in 0..<4 as Range<Int64> { #expect(brake.begin([self.name], now: now * 10_000) == nil) }
        #expect(brake.wait(self.name, now: 30_500) == 500)
        #expect(brake.begin([self.name], now: 30_000 + 3_600_001) == nil)
        #expect(brake.wait(self.name, now: 30_000 + 3_600_001) == nil)
        for number in 0..<10_000 { _ = brake.begin([.name("n\(number)")], now: 4_000_000 + Int64(number)) }
        #expect(brake.count <= 100)
        // The newest are those that are remembered.
        for _ in 0..<3 { _ = brake.begin([.name("n9999")], now: 4_010_000) }
        #expect(brake.wait(.name("n9999"), now: 4_010_000) == 1_000)
    }
}
