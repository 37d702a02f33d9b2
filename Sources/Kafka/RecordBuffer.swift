/// A first-in, first-out buffer of records whose front is cheap to take.
struct RecordBuffer {
    private var records: [OutgoingRecord?] = []
    private var head = 0

    var count: Int { self.records.count - self.head }
    var isEmpty: Bool { self.count == 0 }
    var first: OutgoingRecord? { self.isEmpty ? nil : self.records[self.head] }

    mutating func append(_ record: OutgoingRecord) {
        self.records.append(record)
    }

    @discardableResult
    mutating func removeFirst() -> OutgoingRecord? {
        guard !self.isEmpty else { return nil }
        let record = self.records[self.head].take()
        self.head += 1
        // Moves the rest only when half of the array is gone: constant cost on average.
        if self.head >= 64, self.head * 2 >= self.records.count {
            self.records.removeFirst(self.head)
            self.head = 0
        }
        return record
    }
}
