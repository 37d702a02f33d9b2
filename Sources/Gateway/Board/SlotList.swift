import Glibc

/// Slots in the order of their monitors' names or ids, in pieces: what is put in or taken out moves one piece only.
struct SlotList: Sendable {
    /// By what it is ordered.
    enum Key: Sendable {
        /// The name as it is searched, of equal ones the id.
        case name
        case id
    }

    private static let largest = 512

    private let key: Key
    private var pieces: [[Slot]]
    private(set) var count: Int

    /// An empty list.
    init(by key: Key) {
        self.key = key
        self.pieces = []
        self.count = 0
    }

    /// A list of what was ordered elsewhere, to be read only.
    init(ordered slots: [Slot]) {
        self.key = .id
        self.pieces = slots.isEmpty ? [] : [slots]
        self.count = slots.count
    }

    /// Puts in a slot whose monitor is not in the list.
    mutating func insert(_ slot: Slot, _ table: EntryTable) {
        guard let entry = table[slot] else { return }
        let (piece, index) = self.place(table) { self.key.isBefore($0, entry) }
        self.count += 1
        guard piece < self.pieces.count else {
            // Behind everything: the last piece goes on while there is room.
            if let last = self.pieces.indices.last, self.pieces[last].count < Self.largest {
                self.pieces[last].append(slot)
            } else {
                self.pieces.append([slot])
            }
            return
        }
        self.pieces[piece].insert(slot, at: index)
        guard self.pieces[piece].count > Self.largest else { return }
        let half = Array(self.pieces[piece][(Self.largest / 2)...])
        self.pieces[piece].removeSubrange((Self.largest / 2)...)
        self.pieces.insert(half, at: piece + 1)
    }

    /// Takes out a slot whose monitor still stands in the table as it was put in.
    mutating func remove(_ slot: Slot, _ table: EntryTable) {
        guard let entry = table[slot] else { return }
        let (piece, index) = self.place(table) { self.key.isBefore($0, entry) }
        guard piece < self.pieces.count, self.pieces[piece][index] == slot else { return }
        self.count -= 1
        self.pieces[piece].remove(at: index)
        if self.pieces[piece].isEmpty { self.pieces.remove(at: piece) }
    }

    /// Calls `body` with the slots from the place `offset` on until it returns false, which is returned then.
    @discardableResult
    func forEach(from offset: Int = 0, backwards: Bool = false, _ body: (Slot) -> Bool) -> Bool {
        var skipped = offset
        for index in self.pieces.indices {
            let piece = self.pieces[backwards ? self.pieces.count - 1 - index : index]
            guard skipped < piece.count else {
                skipped -= piece.count
                continue
            }
            for place in skipped..<piece.count {
                guard body(piece[backwards ? piece.count - 1 - place : place]) else { return false }
            }
            skipped = 0
        }
        return true
    }

    /// How many stand up to an id and at it, in a list that is ordered by ids.
    func count(upTo id: Int64, _ table: EntryTable) -> Int {
        let (piece, index) = self.place(table) { $0.id <= id }
        return self.pieces[..<piece].reduce(index) { $0 + $1.count }
    }

    /// The first place of which `isBefore` does not hold; the number of pieces where there is none.
    private func place(_ table: EntryTable, _ isBefore: (BoardEntry) -> Bool) -> (piece: Int, index: Int) {
        func partition(_ count: Int, _ slot: (Int) -> Slot) -> Int {
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                if let entry = table[slot(middle)], isBefore(entry) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let piece = partition(self.pieces.count) { self.pieces[$0][self.pieces[$0].count - 1] }
        guard piece < self.pieces.count else { return (piece, 0) }
        return (piece, partition(self.pieces[piece].count) { self.pieces[piece][$0] })
    }
}

extension SlotList.Key {
    /// Whether one monitor comes before another.
    func isBefore(_ first: BoardEntry, _ second: BoardEntry) -> Bool {
        guard self == .name else { return first.id < second.id }
        let order = Self.compare(first.facts.sortName, second.facts.sortName)
        return order == 0 ? first.id < second.id : order < 0
    }

    /// Below 0: the first comes before the second; 0: they are equal.
    private static func compare(_ first: [UInt8], _ second: [UInt8]) -> Int {
        let common = min(first.count, second.count)
        let order = unsafe first.withUnsafeBytes { first in
            unsafe second.withUnsafeBytes { second in
                guard common > 0, let first = first.baseAddress, let second = second.baseAddress else { return 0 }
                return Int(unsafe memcmp(first, second, common))
            }
        }
        return order == 0 ? first.count - second.count : order
    }
}
