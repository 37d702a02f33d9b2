/// A hierarchical timer wheel: scheduling, moving and cancelling a timer cost the same however many there are.
///
/// Four levels of 256 buckets, one millisecond a tick, reach 2³² ms (49 days) ahead; later deadlines wait in the
/// last level and are looked at again there (Varghese and Lauck, 1987, scheme 7). Timers are dense indices from 0
/// that the owner chooses; buckets are doubly linked lists in two flat arrays, 17 bytes a timer. Not thread-safe.
struct TimerWheel {
    private static let bits = 8
    private static let buckets = 1 << bits
    private static let levels = 4
    private static let none: Int32 = -1

    /// The tick that has been expired last, in ms of the owner's clock.
    private(set) var now: Int64
    /// How many timers are set.
    private(set) var count = 0

    /// First timer of each bucket of each level.
    private var heads = [Int32](repeating: TimerWheel.none, count: TimerWheel.levels * TimerWheel.buckets)
    /// One bit a bucket: which are in use, so that empty stretches are stepped over.
    private var occupied = [UInt64](repeating: 0, count: TimerWheel.levels * TimerWheel.buckets / 64)
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// The bucket a timer is in; `none`: it is not set.
    private var bucket: [Int32] = []
    private var deadline: [Int64] = []

    /// A wheel whose clock stands at `now`, in ms.
    init(now: Int64) {
        self.now = now
    }

    /// Sets timer `index` to expire at `time` (ms, at the next tick if it has passed), wherever it stood before.
    mutating func schedule(_ index: Int, at time: Int64) {
        self.grow(to: index)
        self.unlink(Int32(index))
        self.deadline[index] = max(time, self.now + 1)
        self.link(Int32(index))
        self.count += 1
    }

    /// Forgets timer `index`; nothing happens where it is not set.
    mutating func cancel(_ index: Int) {
        guard index < self.bucket.count else { return }
        self.unlink(Int32(index))
    }

    /// Moves the clock to `time` and appends every timer that expired to `expired`, earliest tick first.
    mutating func advance(to time: Int64, into expired: inout [Int]) {
        while self.now < time {
            guard let upcoming = self.nextDeadline, upcoming <= time else {
                self.jump(to: time)
                return
            }
            self.jump(to: upcoming)
            self.expire(into: &expired)
        }
    }

    /// The earliest tick at which a timer can expire or must move down a level; `nil` where none is set.
    ///
    /// Exact for timers within the next 256 ms, a lower bound for later ones.
    var nextDeadline: Int64? {
        guard self.count > 0 else { return nil }
        var earliest: Int64?
        for level in 0..<TimerWheel.levels {
            let shift = Int64(level * TimerWheel.bits)
            let position = Int((self.now >> shift) & Int64(TimerWheel.buckets - 1))
            guard let distance = self.distance(fromAfter: position, level: level) else { continue }
            let tick = ((self.now >> shift) + Int64(distance)) << shift
            earliest = min(earliest ?? tick, tick)
        }
        return earliest
    }

    /// Moves the clock without expiring anything; only across ticks at which nothing can be due.
    private mutating func jump(to time: Int64) {
        self.now = time
    }

    /// Handles the buckets that begin at the current tick: higher levels are dealt out again, level 0 expires.
    private mutating func expire(into expired: inout [Int]) {
        for level in stride(from: TimerWheel.levels - 1, through: 0, by: -1) {
            let shift = Int64(level * TimerWheel.bits)
            guard self.now & ((1 << shift) - 1) == 0 else { continue }
            let position = Int((self.now >> shift) & Int64(TimerWheel.buckets - 1))
            let slot = level * TimerWheel.buckets + position
            var timer = self.heads[slot]
            while timer != TimerWheel.none {
                let following = self.next[Int(timer)]
                self.unlink(timer)
                if self.deadline[Int(timer)] <= self.now {
                    expired.append(Int(timer))
                } else {
                    self.link(timer)
                    self.count += 1
                }
                timer = following
            }
        }
    }

    /// How many buckets after `position` (1 … 256, around the wheel) the next one in use stands.
    private func distance(fromAfter position: Int, level: Int) -> Int? {
        let base = level * TimerWheel.buckets / 64
        for step in 0...4 {
            let start = (position + 1 + (step == 0 ? 0 : step * 64 - (position + 1) % 64)) % TimerWheel.buckets
            let bit = step == 0 ? start % 64 : 0
            var word = self.occupied[base + start / 64] & ~((1 << UInt64(bit)) - 1)
            if step == 4 {
                // Back in the first word: only the part that the first step left out.
                let end = (position + 1) % 64
                word &= end == 0 ? 0 : (1 << UInt64(end)) - 1
            }
            guard word != 0 else { continue }
            let found = start / 64 * 64 + word.trailingZeroBitCount
            let distance = (found - position + TimerWheel.buckets) % TimerWheel.buckets
            return distance == 0 ? TimerWheel.buckets : distance
        }
        return nil
    }

    private mutating func grow(to index: Int) {
        guard index >= self.bucket.count else { return }
        let more = index + 1 - self.bucket.count
        self.next.append(contentsOf: repeatElement(TimerWheel.none, count: more))
        self.previous.append(contentsOf: repeatElement(TimerWheel.none, count: more))
        self.bucket.append(contentsOf: repeatElement(TimerWheel.none, count: more))
        self.deadline.append(contentsOf: repeatElement(0, count: more))
    }

    private mutating func link(_ timer: Int32) {
        let index = Int(timer)
        // At least one bucket of its level away, so that the bucket of the current tick is never added to.
        let distance = max(self.deadline[index] - self.now, 1)
        var level = 0
        while level < TimerWheel.levels - 1, distance >> Int64((level + 1) * TimerWheel.bits) != 0 { level += 1 }
        let shift = Int64(level * TimerWheel.bits)
        let furthest = (self.now >> shift) + Int64(TimerWheel.buckets)
        let position = Int(min(self.deadline[index] >> shift, furthest) & Int64(TimerWheel.buckets - 1))
        let slot = level * TimerWheel.buckets + position
        let head = self.heads[slot]
        self.next[index] = head
        self.previous[index] = TimerWheel.none
        if head != TimerWheel.none { self.previous[Int(head)] = timer }
        self.heads[slot] = timer
        self.bucket[index] = Int32(slot)
        self.occupied[slot / 64] |= 1 << UInt64(slot % 64)
    }

    private mutating func unlink(_ timer: Int32) {
        let index = Int(timer)
        let slot = Int(self.bucket[index])
        guard slot >= 0 else { return }
        let following = self.next[index]
        let before = self.previous[index]
        if following != TimerWheel.none { self.previous[Int(following)] = before }
        if before != TimerWheel.none { self.next[Int(before)] = following } else { self.heads[slot] = following }
        if self.heads[slot] == TimerWheel.none { self.occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
        self.bucket[index] = TimerWheel.none
        self.count -= 1
    }
}
