import TestServers
import Testing

@testable import Pinger

@Suite struct TimerWheelTests {
    @Test func `a timer expires at its tick and only once`() {
        var wheel = TimerWheel(now: 1_000)
        wheel.schedule(0, at: 1_010)
        #expect(wheel.expired(by: 1_009) == [])
        #expect(wheel.expired(by: 1_010) == [0])
        #expect(wheel.expired(by: 9_999) == [])
        #expect(wheel.count == 0)
    }

    @Test func `a deadline that has passed expires at the next tick`() {
        var wheel = TimerWheel(now: 1_000)
        wheel.schedule(0, at: 3)
        #expect(wheel.expired(by: 1_001) == [0])
    }

    @Test func `a cancelled timer never expires and a moved one only at its new time`() {
        var wheel = TimerWheel(now: 0)
        wheel.schedule(0, at: 10)
        wheel.schedule(1, at: 10)
        wheel.cancel(0)
        wheel.schedule(1, at: 20)
        #expect(wheel.expired(by: 19) == [])
        #expect(wheel.expired(by: 20) == [1])
        wheel.cancel(7)
    }

    @Test(arguments: [255, 256, 257, 65_535, 65_536, 65_537, 16_777_216, 86_400_000, Int64(1) << 33])
    func `a timer far ahead expires exactly at its deadline`(_ distance: Int64) {
        for start in [Int64(0), 1, 255, 256, 1_795_189_560_123] {
            var wheel = TimerWheel(now: start)
            wheel.schedule(3, at: start + distance)
            #expect(wheel.expired(by: start + distance - 1) == [], "start \(start)")
            #expect(wheel.expired(by: start + distance) == [3], "start \(start)")
        }
    }

    @Test func `the wheel agrees with a sorted list over random operations`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        var now = Int64(random.next() % 1_000_000_000)
        var wheel = TimerWheel(now: now)
        var model: [Int: Int64] = [:]
        for _ in 0..<20_000 {
            let index = Int(random.next() % 200)
            switch random.next() % 8 {
            case 0...4:
                let exponent = random.next() % 24
                let at = now + Int64(random.next() % (1 << exponent)) - 2
                wheel.schedule(index, at: at)
                model[index] = max(at, now + 1)
            case 5:
                wheel.cancel(index)
                model[index] = nil
            default:
                if let next = wheel.nextDeadline, let truth = model.values.min() {
                    #expect(next <= truth && next > now, "seed \(seed)")
                }
                now += Int64(random.next() % (1 << (random.next() % 16)))
                let due = model.filter { $0.value <= now }
                #expect(Set(wheel.expired(by: now)) == Set(due.keys), "seed \(seed)")
                for key in due.keys { model[key] = nil }
            }
            #expect(wheel.count == model.count, "seed \(seed)")
        }
    }
}

extension TimerWheel {
    mutating func expired(by time: Int64) -> [Int] {
        var expired: [Int] = []
        self.advance(to: time, into: &expired)
        return expired
    }
}
