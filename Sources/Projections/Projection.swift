package import Kafka
package import Postgres

/// A reader of `monitoring-results` that folds it into state, books and volatile effects (design §6).
///
/// Four functions make one: ``restore(_:from:)``, ``step(_:at:into:)``, ``write(_:careful:on:)`` and
/// ``publish(_:)``; the rest has defaults. A ``Runner`` calls all of them on its one thread, so a projection needs no
/// locks for what only they touch. It must be able to forget: whatever it did to a state since the last commit may be
/// asked for again from an earlier offset, with another state object, and has to come out the same.
package protocol Projection: AnyObject, SendableMetatype {
    /// What is held in memory for one partition, pending changes included.
    associatedtype State: AnyObject, SendableMetatype

    /// The key of this projection's rows in `positions`, `dead_letters` and `gaps`, such as `processor`.
    var name: String { get }

    /// A compacted topic whose records can stand in for those that left the log; `nil` (default): none.
    ///
    /// Its partitions ≡ p modulo the log's number of partitions belong to partition p.
    var definitionsTopic: String? { get }

    /// Whether volatile effects pile up: reading is paused while it is true (default: never).
    ///
    /// Bounds for the books are the runner's affair; this is for what the projection itself keeps back.
    var isCongested: Bool { get }

    /// Reads a partition's state from its rows; empty state when there are none.
    ///
    /// Outside of a transaction, after the partition was taken. Throws what the connection throws.
    func restore(_ partition: LogPartition, from connection: PostgresConnection) throws -> State

    /// Folds one record into the state and remembers what is to be written and published.
    ///
    /// Pure: no clock, no I/O. `at` is the record's own place. A record that it can't make sense of is thrown back
    /// before anything was changed; it goes to `dead_letters`, and reading goes on.
    func step(_ record: borrowing Message, at: LogPoint, into state: State) throws(PoisonRecord) -> Urgency

    /// Writes the pending changes of these partitions inside an open transaction, without forgetting them.
    ///
    /// Called again with the same and further changes when the transaction had to be repeated. `careful` is true when
    /// the attempt before met a unique violation (SQLSTATE 23505): then existing rows must be reckoned with. A portion
    /// with ``Portion/isWhole`` replaces its state rows by what is in memory. Throws what the connection throws.
    func write(_ portions: [Portion<State>], careful: Bool, on connection: PostgresConnection) throws

    /// Does the volatile effects of what was stepped since the last call, whether the books will be reached or not.
    ///
    /// May be told older things again after newer ones: whoever keeps them lets the greater ``LogPoint`` win.
    func publish(_ portions: [Portion<State>])

    /// Learns that what the last `write` wrote is committed: forget it, do what was waiting for it.
    func committed(_ portions: [Portion<State>])

    /// Called instead of `write` and `committed` while PostgreSQL is away: do what can't wait, forget pending history.
    ///
    /// The same records are stepped again with the books later. What a whole rewrite needs (see `write`) is kept.
    func ahead(_ portions: [Portion<State>])

    /// Learns that a partition is held from now on, with state from rows or memory.
    func taken(_ portion: Portion<State>)

    /// Learns that a partition is no longer held; its state may come back in `taken`.
    func released(_ portion: Portion<State>)

    /// Takes one record of ``definitionsTopic``, read to its end after a gap in the log.
    func refresh(_ definition: borrowing Message, at: LogPoint, into state: State)
}

extension Projection {
    package var definitionsTopic: String? { nil }
    package var isCongested: Bool { false }
    package func committed(_ portions: [Portion<State>]) {}
    package func ahead(_ portions: [Portion<State>]) {}
    package func taken(_ portion: Portion<State>) {}
    package func released(_ portion: Portion<State>) {}
    package func refresh(_ definition: borrowing Message, at: LogPoint, into state: State) {}
}

/// How soon what a step caused wants to be committed.
package enum Urgency: Sendable {
    /// With the next round, a tenth of a second after the last at the earliest.
    case routine
    /// At once: somebody is to be told.
    case urgent
}

/// A record that can't be decoded or must not be believed.
package struct PoisonRecord: Error, Hashable, Sendable {
    /// One sentence: what was expected and what was found, without secrets.
    package let reason: String

    /// Says why a record is thrown back.
    package init(_ reason: String) {
        self.reason = reason
    }
}

/// One partition of the log, and of how many.
package struct LogPartition: Hashable, Sendable {
    /// The partition's number, from 0.
    package let number: Int32
    /// The number of the log's partitions, at least 1.
    package let count: Int32

    /// Names a partition.
    package init(number: Int32, count: Int32) {
        self.number = number
        self.count = count
    }

    /// Whether the share with this number (0 or more) belongs to the partition: share modulo count.
    package func owns(share: Int32) -> Bool {
        share % self.count == self.number
    }
}

/// A partition in a projection's hands.
package struct Portion<State: AnyObject> {
    /// Which.
    package let partition: LogPartition
    /// Its state.
    package let state: State
    /// The next place to be read: everything before it is in the state.
    package let next: LogPoint
    /// Whether state rows are to be replaced as a whole, because the books could not be continued.
    package let isWhole: Bool
    /// What the books will never have, noted with this round; mostly none.
    package let gaps: [Gap]
}
