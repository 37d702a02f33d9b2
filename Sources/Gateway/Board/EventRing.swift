import HTTPServer

/// The newest events of one kind, for clients that come back.
struct EventRing: Sendable {
    /// One event with its number, which rises from event to event.
    struct Item: Sendable {
        let number: UInt64
        let monitor: Int64
        let event: ServerSentEvent
    }

    private let capacity: Int
    private var items: [Item] = []
    private var start = 0
    /// The number of the newest event that was forgotten.
    private var forgotten: UInt64 = 0

    /// A ring for this many events.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event, and forgets the oldest where there is no room.
    mutating func append(_ item: Item) {
        guard self.items.count == self.capacity else { return self.items.append(item) }
        self.forgotten = self.items[self.start].number
        self.items[self.start] = item
        self.start = (self.start + 1) % self.capacity
    }

    /// The events after the one numbered `number`, oldest first; `nil` where some of them were forgotten.
    func after(_ number: UInt64) -> [Item]? {
        guard number >= self.forgotten else { return nil }
        var rest: [Item] = []
        for index in self.items.indices.reversed() {
            let item = self.items[(self.start + index) % self.items.count]
            if item.number <= number { break }
            rest.append(item)
        }
        return rest.reversed()
    }
}
