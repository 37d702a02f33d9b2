/// How a partition goes on after it was taken: whose state, where to read, what to note.
struct Resumption: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        /// State is read from its rows.
        case rows
        /// State in memory is what the rows say: it is kept.
        case memory
        /// The books can't be continued, and memory is further: it overwrites the rows.
        case memoryIsTruth
    }

    var source: Source
    /// The next position to read, and what is known of the record before it.
    var next: ReadMark
    /// What is missing; `nil`: nothing.
    var gap: Gap?
    /// The log is not the one in which the books lay.
    var isRecreated: Bool
}

extension Resumption {
    /// Decides how a taken partition goes on.
    ///
    /// - Parameters:
    ///   - books: the mark in the row; `nil`: nothing was read yet.
    ///   - memory: the mark of the state in memory; `nil`: none.
    ///   - isUnchanged: nobody else took the partition since memory's last commit, and memory holds nothing uncommitted.
    ///   - log: the partition at the broker.
    ///   - otherGeneration: the greatest generation of rows made under another number of partitions; `nil`: none.
    static func afterTaking(
        _ partition: Int32,
        books: ReadMark?,
        memory: ReadMark?,
        isUnchanged: Bool,
        log: LogView,
        otherGeneration: Int64?
    ) -> Resumption {
        guard let books else {
            let next = log.mark(at: LogPoint(generation: (otherGeneration ?? -1) + 1, offset: log.start))
            return Resumption(source: .rows, next: next, isRecreated: otherGeneration != nil)
        }
        let isRecreated = !log.holds(books)
        if !isRecreated, books.next.offset >= log.start {
            let keepsMemory = isUnchanged && memory?.next == books.next
            let next = log.mark(at: books.next, lastTimestamp: books.lastTimestamp)
            return Resumption(source: keepsMemory ? .memory : .rows, next: next, isRecreated: false)
        }
        // The books' position is no longer there. Is memory, which may have met a newer log while PostgreSQL was away?
        let generation = Self.generation(of: log, books: books, memory: memory, otherGeneration, isRecreated)
        let start = LogPoint(generation: generation, offset: log.start)
        guard let memory, memory.next > books.next else {
            let from = isRecreated ? LogPoint(generation: generation, offset: 0) : books.next
            let gap = Gap(partition: partition, kind: .lost, from: from, to: start, fromTimestamp: books.lastTimestamp)
            let next = log.mark(at: start)
            return Resumption(source: .rows, next: next, gap: from < start ? gap : nil, isRecreated: isRecreated)
        }
        let goesOn = memory.next.generation == generation && memory.next.offset >= log.start
        let next = goesOn ? log.mark(at: memory.next, lastTimestamp: memory.lastTimestamp) : log.mark(at: start)
        let gap = Gap(
            partition: partition,
            kind: .ahead,
            from: books.next,
            to: next.next,
            fromTimestamp: books.lastTimestamp,
            toTimestamp: memory.lastTimestamp
        )
        return Resumption(source: .memoryIsTruth, next: next, gap: gap, isRecreated: isRecreated)
    }

    /// The generation of the log that is at the broker now.
    private static func generation(
        of log: LogView,
        books: ReadMark,
        memory: ReadMark?,
        _ other: Int64?,
        _ isRecreated: Bool
    ) -> Int64 {
        guard isRecreated else { return books.next.generation }
        let generation = max(books.next.generation, other ?? -1) + 1
        guard let memory, memory.next.generation >= generation else { return generation }
        return log.holds(memory) ? memory.next.generation : memory.next.generation + 1
    }

    /// Decides how a partition goes on from memory while PostgreSQL can't be asked.
    static func withoutBooks(_ partition: Int32, memory: ReadMark, log: LogView) -> Resumption {
        let isRecreated = !log.holds(memory)
        if !isRecreated, memory.next.offset >= log.start {
            let next = log.mark(at: memory.next, lastTimestamp: memory.lastTimestamp)
            return Resumption(source: .memory, next: next, isRecreated: false)
        }
        let start = LogPoint(generation: memory.next.generation + (isRecreated ? 1 : 0), offset: log.start)
        let from = isRecreated ? LogPoint(generation: start.generation, offset: 0) : memory.next
        let gap = Gap(partition: partition, kind: .lost, from: from, to: start, fromTimestamp: memory.lastTimestamp)
        let next = log.mark(at: start)
        return Resumption(source: .memory, next: next, gap: from < start ? gap : nil, isRecreated: isRecreated)
    }
}
