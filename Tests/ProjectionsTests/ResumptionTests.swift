import Testing

@testable import Projections

/// How a partition goes on, decided without any server.
@Suite struct ResumptionTests {
    let here = LogIdentity(clusterID: "a", partitions: 8)
    let elsewhere = LogIdentity(clusterID: "b", partitions: 8)

    func mark(_ generation: Int64, _ offset: Int64, _ timestamp: Int64? = nil, _ log: LogIdentity? = nil) -> ReadMark {
        ReadMark(
            next: LogPoint(generation: generation, offset: offset),
            lastTimestamp: timestamp,
            identity: log ?? self.here
        )
    }

    func view(_ start: Int64, _ end: Int64, _ timestamps: [Int64: Int64] = [:]) -> LogView {
        LogView(identity: self.here, start: start, end: end, timestamps: timestamps)
    }

    func taken(_ books: ReadMark?, _ log: LogView, other: Int64? = nil) -> Resumption {
        self.taken(books, nil, log, other: other)
    }

    func taken(
        _ books: ReadMark?,
        _ memory: ReadMark?,
        unchanged: Bool = false,
        _ log: LogView,
        other: Int64? = nil
    ) -> Resumption {
        Resumption.afterTaking(
            3,
            books: books,
            memory: memory,
            isUnchanged: unchanged,
            log: log,
            otherGeneration: other
        )
    }

    @Test func `the first start reads from the beginning of the log without a gap`() {
        let resumption = self.taken(nil, self.view(7, 9))
        #expect(resumption.source == .rows)
        #expect(resumption.next.next == LogPoint(generation: 0, offset: 7))
        #expect(resumption.gap == nil)
    }

    @Test func `a stored offset in the log is gone on from`() {
        let resumption = self.taken(self.mark(2, 50, 1000), self.view(10, 90, [49: 1000]))
        #expect(resumption == Resumption(source: .rows, next: self.mark(2, 50, 1000), isRecreated: false))
    }

    @Test func `memory is kept only if nobody moved the books`() {
        let mark = self.mark(0, 50, 1000)
        #expect(self.taken(mark, mark, unchanged: true, self.view(0, 60)).source == .memory)
        #expect(self.taken(mark, mark, self.view(0, 60)).source == .rows)
        #expect(self.taken(mark, self.mark(0, 40), unchanged: true, self.view(0, 60)).source == .rows)
    }

    @Test func `memory ahead of books that can be continued gives way to them`() {
        let resumption = self.taken(self.mark(0, 50), self.mark(0, 70), self.view(0, 80))
        #expect(resumption.source == .rows)
        #expect(resumption.next.next.offset == 50)
    }

    @Test(arguments: ["another timestamp", "another cluster", "another count", "past the end"])
    func `each sign of a recreated log raises the generation`(sign: String) {
        var books = self.mark(4, 50, 1000)
        var log = self.view(0, 60, [49: 1000])
        switch sign {
        case "another timestamp": log.timestamps[49] = 1001
        case "another cluster": books.identity = self.elsewhere
        case "another count": books.identity?.partitions = 4
        default: log.end = 49
        }
        let resumption = self.taken(books, self.mark(4, 30), log)
        #expect(resumption.isRecreated)
        #expect(resumption.source == .rows)
        #expect(resumption.next.next == LogPoint(generation: 5, offset: 0))
        #expect(resumption.next.identity == self.here)
        #expect(resumption.gap == nil)
    }

    @Test func `an unknown cluster id speaks against nothing`() {
        var books = self.mark(0, 50, 1000)
        books.identity?.clusterID = nil
        #expect(!self.taken(books, self.view(0, 60)).isRecreated)
    }

    @Test func `generations rise above those of another partition count`() {
        let resumption = self.taken(nil, self.view(0, 60), other: 6)
        #expect(resumption.next.next == LogPoint(generation: 7, offset: 0))
        var books = self.mark(2, 50)
        books.identity?.partitions = 4
        #expect(self.taken(books, self.view(0, 60), other: 6).next.next.generation == 7)
    }

    @Test func `an offset before the start of the log is a gap`() {
        let resumption = self.taken(self.mark(1, 50, 1000), self.view(80, 90))
        #expect(resumption.source == .rows)
        #expect(resumption.next.next == LogPoint(generation: 1, offset: 80))
        #expect(
            resumption.gap
                == Gap(
                    partition: 3,
                    kind: .lost,
                    from: LogPoint(generation: 1, offset: 50),
                    to: LogPoint(generation: 1, offset: 80),
                    fromTimestamp: 1000
                )
        )
    }

    @Test func `memory is the truth where the books have left the log`() {
        let resumption = self.taken(self.mark(1, 50, 1000), self.mark(1, 85, 2000), self.view(80, 90, [84: 2000]))
        #expect(resumption.source == .memoryIsTruth)
        #expect(resumption.next == self.mark(1, 85, 2000))
        #expect(resumption.gap?.kind == .ahead)
        #expect(resumption.gap?.to == LogPoint(generation: 1, offset: 85))
    }

    @Test func `memory that has left the log as well goes on at its start`() {
        let resumption = self.taken(self.mark(1, 50), self.mark(1, 70), self.view(80, 90))
        #expect(resumption.source == .memoryIsTruth)
        #expect(resumption.next.next.offset == 80)
    }

    @Test func `memory that met a recreated log while PostgreSQL was away is the truth in it`() {
        let books = self.mark(1, 50, 1000, self.elsewhere)
        let resumption = self.taken(books, self.mark(2, 30, 2000), self.view(0, 40, [29: 2000]))
        #expect(resumption.source == .memoryIsTruth)
        #expect(resumption.next == self.mark(2, 30, 2000))
        #expect(resumption.isRecreated)
    }

    @Test func `memory of a log that is gone too begins the next generation`() {
        let books = self.mark(1, 50, 1000, self.elsewhere)
        let resumption = self.taken(books, self.mark(2, 30, 2000), self.view(0, 40, [29: 2001]))
        #expect(resumption.source == .memoryIsTruth)
        #expect(resumption.next.next == LogPoint(generation: 3, offset: 0))
    }

    @Test func `without books memory goes on, over gaps and into new logs`() {
        let memory = self.mark(1, 50, 1000)
        let same = Resumption.withoutBooks(3, memory: memory, log: self.view(0, 60, [49: 1000]))
        #expect(same == Resumption(source: .memory, next: memory, isRecreated: false))
        let later = Resumption.withoutBooks(3, memory: memory, log: self.view(55, 60))
        #expect(later.next.next == LogPoint(generation: 1, offset: 55))
        #expect(later.gap?.kind == .lost)
        let other = Resumption.withoutBooks(3, memory: memory, log: self.view(0, 60, [49: 7]))
        #expect(other.next.next == LogPoint(generation: 2, offset: 0))
        #expect(other.isRecreated)
    }

    @Test func `positions are ordered by generation, then offset`() {
        #expect(LogPoint(generation: 0, offset: 9) < LogPoint(generation: 1, offset: 0))
        #expect(LogPoint(generation: 1, offset: 0) < LogPoint(generation: 1, offset: 1))
    }
}
