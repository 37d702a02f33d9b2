/// The monitors in the order in which something about them falls due, so that time touches only those.
///
/// A binary heap with at most one live entry a monitor. An entry may be earlier than the monitor's true deadline, never
/// later: a deadline that moves away costs nothing, and the entry is put back when it surfaces.
struct Deadlines: Sendable {
    private struct Entry {
        var time: Int64
        var monitor: Int64
    }
    private var heap: [Entry] = []
    private var entries: [Int64: Int64] = [:]

    /// Makes sure that the monitor surfaces at `time` or earlier.
    mutating func schedule(_ monitor: Int64, at time: Int64) {
        if let present = self.entries[monitor], present <= time { return }
        self.entries[monitor] = time
        self.heap.append(Entry(time: time, monitor: monitor))
        self.siftUp(self.heap.count - 1)
    }

    /// Takes out every monitor whose entry is at `time` or earlier, in no order.
    mutating func take(through time: Int64) -> [Int64] {
        guard let first = self.heap.first, first.time <= time else { return [] }
        var due: [Int64] = []
        while let entry = self.heap.first, entry.time <= time {
            self.removeFirst()
            guard self.entries[entry.monitor] == entry.time else { continue }
            self.entries[entry.monitor] = nil
            due.append(entry.monitor)
        }
        return due
    }

    private mutating func removeFirst() {
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return }
        self.heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < self.heap.count && self.heap[child].time < self.heap[least].time { least = child }
            guard least != parent else { return }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.heap[child].time < self.heap[parent].time else { return }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }
}
