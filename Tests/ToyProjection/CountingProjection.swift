package import Kafka
package import Postgres
package import Projections
import Synchronization

/// Counts records per key: the smallest projection that has state rows, history and a volatile side.
///
/// A key is the decimal number of its share, a record's value its identity. Poison: another key, no value, a value that
/// is not UTF-8 or begins with `poison`. PostgreSQL refuses what begins with `refused`. A value that begins with `urgent` wants its round at once.
package final class CountingProjection: Projection {
    package final class State {
        var counts: [String: Int64] = [:]
        var changed: Set<String> = []
        var history: [(id: String, key: String)] = []
    }

    /// The tables of the toy.
    package static let schema = """
        CREATE TABLE toy_counts (key text PRIMARY KEY, count bigint NOT NULL);
        CREATE TABLE toy_history (id text PRIMARY KEY CHECK (NOT starts_with(id, 'refused')), key text NOT NULL);
        """

    package let name: String
    package let definitionsTopic: String?
    private let board: ToyBoard

    package init(name: String = "toy", definitionsTopic: String? = nil, board: ToyBoard) {
        self.name = name
        self.definitionsTopic = definitionsTopic
        self.board = board
    }

    package var isCongested: Bool { self.board.isCongested }

    package func restore(_ partition: LogPartition, from connection: PostgresConnection) throws -> State {
        let state = State()
        let rows = try connection.query(
            "SELECT key, count FROM toy_counts WHERE key::int % $1 = $2",
            [.int(Int64(partition.count)), .int(Int64(partition.number))]
        )
        for row in rows {
            state.counts[try row.text(0)] = try row.int64(1)
        }
        self.board.change { $0.restores += 1 }
        return state
    }

    package func step(
        _ record: borrowing Message,
        at: LogPoint,
        into state: State
    ) throws(PoisonRecord) -> Urgency {
        guard let key = record.key.flatMap({ String(validating: $0, as: UTF8.self) }), Int32(key) != nil else {
            throw PoisonRecord("a number as key was expected")
        }
        guard let bytes = record.value else { throw PoisonRecord("a value was expected") }
        guard let id = String(validating: bytes, as: UTF8.self), !id.hasPrefix("poison") else {
            throw PoisonRecord("a value in UTF-8 that is not poison was expected")
        }
        state.counts[key, default: 0] += 1
        state.changed.insert(key)
        // What follows the first 40 bytes is padding.
        state.history.append((String(id.prefix(40)), key))
        return id.hasPrefix("urgent") ? .urgent : .routine
    }

    package func write(_ portions: [Portion<State>], careful: Bool, on connection: PostgresConnection) throws {
        let history = portions.flatMap(\.state.history)
        try connection.query(
            """
            INSERT INTO toy_history SELECT * FROM unnest($1::text[], $2::text[])
            \(careful ? "ON CONFLICT DO NOTHING" : "")
            """,
            [.texts(history.map(\.id)), .texts(history.map(\.key))]
        )
        for portion in portions {
            let state = portion.state
            let keys = portion.isWhole ? Array(state.counts.keys) : Array(state.changed)
            try connection.query(
                """
                INSERT INTO toy_counts SELECT * FROM unnest($1::text[], $2::bigint[])
                ON CONFLICT (key) DO UPDATE SET count = excluded.count
                """,
                [.texts(keys), .ints(keys.map { state.counts[$0] ?? 0 })]
            )
        }
        self.board.change { if careful { $0.carefulWrites += 1 } }
    }

    package func publish(_ portions: [Portion<State>]) {
        self.board.change { board in
            for portion in portions {
                for (key, count) in portion.state.counts {
                    if let old = board.shown[key], old.at > portion.next { continue }
                    board.shown[key] = (portion.next, count)
                }
            }
        }
    }

    package func committed(_ portions: [Portion<State>]) {
        for portion in portions {
            portion.state.history = []
            portion.state.changed = []
        }
        self.board.change { $0.commits += 1 }
    }

    package func ahead(_ portions: [Portion<State>]) {
        for portion in portions { portion.state.history = [] }
        self.board.change { $0.aheads += 1 }
    }

    package func taken(_ portion: Portion<State>) {
        self.board.change { $0.taken.append(portion.partition.number) }
    }

    package func refresh(_ definition: borrowing Message, at: LogPoint, into state: State) {
        let key = definition.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        self.board.change { $0.refreshed.append(key) }
    }
}

/// The volatile side of the toy: what it has shown and done, to be looked at from any thread.
package final class ToyBoard: Sendable {
    package struct Contents: Sendable {
        package var shown: [String: (at: LogPoint, count: Int64)] = [:]
        package var restores = 0
        package var commits = 0
        package var aheads = 0
        package var carefulWrites = 0
        package var taken: [Int32] = []
        package var refreshed: [String] = []
        package var isCongested = false
    }

    private let contents = Mutex(Contents())

    package init() {}

    package var now: Contents { self.contents.withLock { $0 } }
    package var isCongested: Bool { self.contents.withLock { $0.isCongested } }

    package func change(_ body: (inout Contents) -> Void) {
        self.contents.withLock { body(&$0) }
    }
}
