import Events
import Latest
import Postgres
import Service
import Synchronization

/// Brings to the board what PostgreSQL knows and Redis doesn't, on a thread of its own (design §7).
///
/// That is new monitors, deleted ones, and where Redis is gone the processor's books. No read waits for it.
final class BoardBooks: Sendable {
    private static let projection = "processor"
    private static let batch = 1_000

    private let database: String
    private let board: Board
    private let log: Log
    private let period: Int64
    private let ended = Atomic(false)
    private let pause = Wakeup()
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Begins to look every `period` ms; all is read anew no more often than every fifth time.
    init(_ database: String, board: Board, log: Log, period: Int64 = 2_000) {
        self.database = database
        self.board = board
        self.log = log
        self.period = period
        let thread = DedicatedThread("board-books") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread; some seconds later where PostgreSQL doesn't answer.
    func stop() {
        self.ended.store(true, ordering: .releasing)
        self.pause.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run() {
        var connection: PostgresConnection?
        var readAll = Int64.min
        // Redis has the first word.
        self.pause.wait(millis: self.period / 4)
        while !self.ended.load(ordering: .acquiring) {
            do {
                let open =
                    try connection
                    ?? PostgresConnection(self.database, timeout: .seconds(5), applicationName: "apus-board")
                connection = open
                let now = MonotonicClock.millis
                let wantsAll = self.board.isStale && now >= readAll
                try self.look(open, all: wantsAll)
                if wantsAll { readAll = now + 5 * self.period }
            } catch {
                // The board goes on; the table may also not be there yet.
                self.log.debug("the board can't read PostgreSQL", ["error": "\(error)"])
                if connection?.isUsable != true { connection = nil }
            }
            self.pause.wait(millis: self.period)
        }
    }

    private func look(_ connection: PostgresConnection, all: Bool) throws {
        self.board.replace(channels: try HearingChannels(reading: connection))
        // In this order: a monitor that is made between the two is not taken for a deleted one.
        let shown = self.board.ids
        let stored = try connection.query("SELECT id FROM monitors ORDER BY id").map { try $0.int64(0) }
        let existing = Set(stored)
        self.board.remove(shown.filter { !existing.contains($0) })
        var wanted = all ? stored : stored.filter { !self.board.contains($0) }
        while !wanted.isEmpty {
            let ids = Array(wanted.prefix(Self.batch))
            wanted.removeFirst(ids.count)
            self.board.apply(try self.statuses(of: ids, connection))
            try self.introduce(ids.filter { !self.board.contains($0) }, connection)
        }
        self.board.markLoaded()
    }

    /// The statuses in the books of the processor.
    private func statuses(of ids: [Int64], _ connection: PostgresConnection) throws -> [BoardEntry] {
        let shares = try connection.query("SELECT state FROM processor_shares").map { try $0.bytes(0) }
        let time = try PartitionState(partition: 0, count: 1, shares: shares, monitors: []).time
        let sql = """
            SELECT monitor, state, generation, next_offset FROM processor_monitors JOIN positions
                ON projection = $1 AND partition = share % partition_count
            WHERE monitor = ANY ($2::bigint[]) AND next_offset IS NOT NULL
            """
        return try connection.query(sql, [.text(Self.projection), .ints(ids)]).compactMap { row in
            let id = try row.int64(0)
            let bytes = try row.bytes(1)
            // One that can't be read is as good as missing.
            guard let state = try? PartitionState(partition: 0, count: 1, shares: [], monitors: [bytes]),
                let status = state.status(of: id)
            else { return nil }
            let point = LatestPoint(generation: try row.int64(2), offset: try row.int64(3))
            return StatusRendering.entry(StatusDocument(status, point: point, asOf: time))
        }
    }

    private func introduce(_ ids: [Int64], _ connection: PostgresConnection) throws {
        guard !ids.isEmpty else { return }
        let rows = try connection.query("SELECT definition FROM monitors WHERE id = ANY ($1::bigint[])", [.ints(ids)])
        for row in rows {
            let definition = try row.text(0)
            if let monitor = try? Monitor.decode(definition.utf8.span) { self.board.introduce(monitor) }
        }
    }
}
