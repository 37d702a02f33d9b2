/// One partition in the runner's hands: where memory stands, where the books stand, and what lies between.
///
/// Only the runner's thread touches it. A holding that was fenced, revoked or left behind by an outage is kept as
/// memory, in case that the partition comes back before anybody else moved it.
final class Holding<State: AnyObject> {
    let partition: LogPartition
    let state: State
    /// The epoch under which rounds write.
    var epoch: Int64
    /// Where the row stands, as far as is known; `nil`: nothing was read yet.
    var books: LogPoint?
    /// Where memory stands.
    var memory: ReadMark
    /// Whether state rows are to be written as a whole.
    var isWhole = false
    /// Gaps that the next round notes.
    var gaps: [Gap] = []
    /// Dead letters that the next round writes.
    var letters: [DeadLetter] = []
    /// Records stepped since the last commit, and their bytes.
    var pendingRecords = 0
    var pendingBytes = 0
    /// Whether changes were forgotten since the last commit, so that the books have to be caught up by stepping again.
    var isAhead = false
    /// Whether something was stepped since the last `publish`.
    var isUnpublished = false
    /// Whether its records are ignored until it is taken anew, because reading it failed.
    var isSuspended = false
    /// Unix ms of the newest record stepped.
    var newest: Int64 = 0

    init(_ partition: LogPartition, state: State, epoch: Int64, books: LogPoint?, memory: ReadMark) {
        self.partition = partition
        self.state = state
        self.epoch = epoch
        self.books = books
        self.memory = memory
    }

    /// Whether a round has anything to write.
    var isDirty: Bool {
        !self.isAhead && (self.books != self.memory.next || self.isWhole || !self.gaps.isEmpty)
    }

    /// Whether the state is exactly what the rows say.
    var isClean: Bool {
        !self.isAhead && !self.isDirty
    }

    var portion: Portion<State> {
        Portion(
            partition: self.partition,
            state: self.state,
            next: self.memory.next,
            isWhole: self.isWhole,
            gaps: self.gaps
        )
    }

    var move: Fence.Move {
        Fence.Move(partition: self.partition.number, epoch: self.epoch, from: self.books, to: self.memory)
    }

    /// The books have what memory has.
    func commit() {
        self.books = self.memory.next
        self.isWhole = false
        self.gaps = []
        self.letters = []
        self.pendingRecords = 0
        self.pendingBytes = 0
    }

    /// PostgreSQL is away: what was pending will be stepped again.
    func forget() {
        self.isAhead = true
        self.pendingRecords = 0
        self.pendingBytes = 0
    }
}
