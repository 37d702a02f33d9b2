/// The timers that are set, the earliest first: a binary heap in which each timer knows its place.
///
/// Setting, moving and cancelling one of n timers costs O(log n).
struct TimerHeap {
    private var timers: [LoopTimer] = []

    /// When the earliest is due.
    var earliest: Int64? { self.timers.first?.deadline }

    var count: Int { self.timers.count }

    mutating func set(_ timer: LoopTimer, at deadline: Int64) {
        timer.deadline = deadline
        if timer.index < 0 {
            timer.index = self.timers.count
            self.timers.append(timer)
        }
        self.rise(timer.index)
        self.sink(timer.index)
    }

    mutating func remove(_ timer: LoopTimer) {
        let index = timer.index
        guard index >= 0 else { return }
        let last = self.timers.removeLast()
        timer.index = -1
        guard last !== timer else { return }
        self.timers[index] = last
        last.index = index
        self.rise(index)
        self.sink(last.index)
    }

    /// Takes the earliest out if it is due at `now`.
    mutating func takeDue(at now: Int64) -> LoopTimer? {
        guard let first = self.timers.first, first.deadline <= now else { return nil }
        self.remove(first)
        return first
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard self.timers[index].deadline < self.timers[parent].deadline else { return }
            self.exchange(index, parent)
            index = parent
        }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in (2 * index + 1)...(2 * index + 2)
            where child < self.timers.count && self.timers[child].deadline < self.timers[least].deadline {
                least = child
            }
            guard least != index else { return }
            self.exchange(index, least)
            index = least
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        self.timers.swapAt(left, right)
        self.timers[left].index = left
        self.timers[right].index = right
    }
}
