/// Ids in ascending order: pages are cut out of it in time that does not depend on how many there are.
struct SortedIDs: Sendable {
    private(set) var ids: [Int64] = []

    /// Adds an id; one that is there already stays once.
    mutating func insert(_ id: Int64) {
        let index = self.position(after: id - 1)
        guard index == self.ids.count || self.ids[index] != id else { return }
        self.ids.insert(id, at: index)
    }

    /// Takes an id out, if it is there.
    mutating func remove(_ id: Int64) {
        let index = self.position(after: id - 1)
        guard index < self.ids.count, self.ids[index] == id else { return }
        self.ids.remove(at: index)
    }

    /// The ids greater than `id`.
    func after(_ id: Int64) -> ArraySlice<Int64> { self.ids[self.position(after: id)...] }

    /// The index of the first id greater than `id`.
    private func position(after id: Int64) -> Int {
        var range = self.ids.startIndex..<self.ids.endIndex
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if self.ids[middle] > id {
                range = range.lowerBound..<middle
            } else {
                range = middle + 1..<range.upperBound
            }
        }
        return range.lowerBound
    }
}
