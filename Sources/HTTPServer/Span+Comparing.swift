extension Span<UInt8> {
    /// Whether both hold the same bytes.
    func equals(_ other: Span<UInt8>) -> Bool {
        guard self.count == other.count else { return false }
        for index in self.indices where self[index] != other[index] { return false }
        return true
    }

    /// The index of the first such byte from `start` on; the count where there is none.
    func index(of byte: UInt8, from start: Int = 0) -> Int {
        var index = start
        while index < self.count, self[index] != byte { index += 1 }
        return index
    }
}
