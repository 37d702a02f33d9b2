/// A place in one partition of the log: the generation of the log and an offset in it.
///
/// The generation begins at 0 and rises each time the log turns out to have been recreated, so that positions of one
/// partition are ordered for ever, and "the newest wins" holds across recreated logs (design §6).
package struct LogPoint: Hashable, Comparable, Sendable {
    /// How often the log was recreated, 0 or more.
    package var generation: Int64
    /// The offset in the partition, 0 or more: of a record, or of the next one to read.
    package var offset: Int64

    /// Makes a position.
    package init(generation: Int64, offset: Int64) {
        self.generation = generation
        self.offset = offset
    }

    package static func < (left: LogPoint, right: LogPoint) -> Bool {
        (left.generation, left.offset) < (right.generation, right.offset)
    }
}

/// What tells one log from another with the same name.
struct LogIdentity: Hashable, Sendable {
    /// The cluster's id; `nil` where the broker doesn't say.
    var clusterID: String?
    /// The number of the topic's partitions.
    var partitions: Int32

    /// Whether the two may be the same log; an unknown cluster id speaks against nothing.
    func mayBe(_ other: LogIdentity) -> Bool {
        if self.partitions != other.partitions { return false }
        guard let mine = self.clusterID, let theirs = other.clusterID else { return true }
        return mine == theirs
    }
}

/// What a partition looks like at the broker now.
struct LogView: Hashable, Sendable {
    var identity: LogIdentity
    /// The first offset still there.
    var start: Int64
    /// The offset that the next record will get.
    var end: Int64
    /// The timestamps (Unix ms) of records that were read again, by offset.
    var timestamps: [Int64: Int64] = [:]

    /// Whether the mark lies in this log for all that can be seen: the same cluster and partition count, an offset
    /// not past the end, and before it the same record, if that is still there.
    func holds(_ mark: ReadMark) -> Bool {
        if let identity = mark.identity, !identity.mayBe(self.identity) { return false }
        guard mark.next.offset <= self.end else { return false }
        guard let last = mark.lastTimestamp, let now = self.timestamps[mark.next.offset - 1] else { return true }
        return last == now
    }

    /// A mark in this log.
    func mark(at next: LogPoint, lastTimestamp: Int64? = nil) -> ReadMark {
        ReadMark(next: next, lastTimestamp: lastTimestamp, identity: self.identity)
    }
}

/// Where reading stopped, in the books or in memory.
struct ReadMark: Hashable, Sendable {
    /// The next position to read.
    var next: LogPoint
    /// Unix ms: timestamp of the last record read; `nil`: none read in this generation.
    var lastTimestamp: Int64?
    /// The log in which it lies; `nil`: not known.
    var identity: LogIdentity?
}

/// A stretch of the log that the books will never have.
package struct Gap: Hashable, Sendable {
    /// Why.
    package enum Kind: String, Sendable {
        /// Nobody read it: it left the log first.
        case lost
        /// Memory stepped through it while PostgreSQL was away: state knows it, history lacks it.
        case ahead
    }

    /// The partition.
    package var partition: Int32
    /// Why.
    package var kind: Kind
    /// The first position that is missing.
    package var from: LogPoint
    /// The position at which reading goes on.
    package var to: LogPoint
    /// Unix ms: the last record before the gap; `nil`: not known.
    package var fromTimestamp: Int64?
    /// Unix ms: the last record that memory had stepped; `nil` for ``Kind/lost``.
    package var toTimestamp: Int64?
}
