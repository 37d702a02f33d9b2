/// The recent times in which a loop did not turn although it should have.
///
/// A process that was stopped, starved or stuck in a callback must not blame its targets for it (design §2.7).
struct StallRecord {
    private struct Stall {
        var begin: Int64
        var end: Int64
    }

    /// Shorter ones are ordinary scheduling and are not kept, in microseconds.
    static let shortest: Int64 = 10_000
    private static let capacity = 64
    private var stalls: [Stall] = []
    private var next = 0

    mutating func note(from begin: Int64, to end: Int64) {
        guard end - begin >= StallRecord.shortest else { return }
        let stall = Stall(begin: begin, end: end)
        if self.stalls.count < StallRecord.capacity {
            self.stalls.append(stall)
        } else {
            self.stalls[self.next] = stall
        }
        self.next = (self.next + 1) % StallRecord.capacity
    }

    /// The longest one, in microseconds, of which only what lies after `moment` counts; 0: none.
    func longest(since moment: Int64) -> Int64 {
        self.stalls.reduce(0) { max($0, $1.end - max($1.begin, moment)) }
    }
}
