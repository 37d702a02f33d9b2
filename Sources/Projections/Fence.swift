import Postgres

/// The rows of `positions`: taking partitions, and moving their positions under the epoch that was taken.
///
/// All of it runs on the connection whose backend the rows then name; one thread at a time.
struct Fence {
    /// What taking a partition told.
    struct Taken: Hashable, Sendable {
        var partition: Int32
        /// The epoch under which the taker may write from now on.
        var epoch: Int64
        /// Where the books stand; `nil`: nothing was read yet.
        var books: ReadMark?
    }

    /// One move of a position.
    struct Move: Hashable, Sendable {
        var partition: Int32
        var epoch: Int64
        /// What the row must say; `nil`: that nothing was read yet.
        var from: LogPoint?
        var to: ReadMark
    }

    /// What became of the moves.
    enum Verdict: Hashable, Sendable {
        case moved
        /// Others hold `fenced`; of `unclear` the row has the own epoch and another position, or is gone.
        case refused(fenced: Set<Int32>, unclear: Set<Int32>)
    }

    /// How long a lock may keep a taker waiting before it ends the backend that holds it.
    static let lockTimeout = "2s"

    let projection: String
    let instance: String

    /// Takes partitions in a transaction of its own: raises their epochs and names this backend as their holder.
    ///
    /// Also tells the greatest generation of rows that were made under another number of partitions, and fences
    /// whoever still reads with another number. Waits for transactions that hold the rows; one that holds them longer
    /// than ``lockTimeout`` is ended. Throws `PostgresError`.
    func take(
        _ partitions: [Int32],
        count: Int32,
        on connection: PostgresConnection
    ) throws(PostgresError) -> (taken: [Taken], otherGeneration: Int64?) {
        var attempts = 0
        while true {
            do {
                return try self.takeOnce(partitions, count: count, on: connection)
            } catch {
                if connection.isInTransaction { try connection.script("ROLLBACK") }
                attempts += 1
                guard error.state == .lockNotAvailable, attempts < 3 else { throw error }
                try self.endHolders(of: partitions, on: connection)
            }
        }
    }

    private func takeOnce(
        _ partitions: [Int32],
        count: Int32,
        on connection: PostgresConnection
    ) throws(PostgresError) -> (taken: [Taken], otherGeneration: Int64?) {
        let numbers = PostgresValue.ints(partitions.sorted().map(Int64.init))
        let name = PostgresValue.text(self.projection)
        try connection.script("BEGIN; SET LOCAL lock_timeout = '\(Self.lockTimeout)'")
        try connection.query(
            """
            INSERT INTO positions (projection, partition)
            SELECT $1, p FROM unnest($2::int[]) AS p ORDER BY p
            ON CONFLICT DO NOTHING
            """,
            [name, numbers]
        )
        // Rows are always locked in the order of partitions, so that two takers never wait for each other.
        try connection.query(
            """
            SELECT 1 FROM positions
            WHERE projection = $1 AND (partition = ANY ($2::int[]) OR taken_count <> $3)
            ORDER BY partition FOR UPDATE
            """,
            [name, numbers, .int(Int64(count))]
        )
        let other = try connection.query(
            "SELECT max(generation) FROM positions WHERE projection = $1 AND partition_count <> $2",
            [name, .int(Int64(count))]
        )
        // Readers with another number of partitions hold the same shares under other numbers: they are fenced.
        try connection.query(
            """
            UPDATE positions SET epoch = epoch + 1, taken_count = $3
            WHERE projection = $1 AND taken_count <> $3 AND NOT partition = ANY ($2::int[])
            """,
            [name, numbers, .int(Int64(count))]
        )
        let rows = try connection.query(
            """
            UPDATE positions SET epoch = epoch + 1, backend_pid = pg_backend_pid(), taken_by = $3, taken_at = now(),
                taken_count = $4,
                backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
            WHERE projection = $1 AND partition = ANY ($2::int[])
            RETURNING partition, epoch, generation, next_offset, last_timestamp, cluster_id, partition_count
            """,
            [name, numbers, .text(self.instance), .int(Int64(count))]
        )
        var taken: [Taken] = []
        for row in rows {
            taken.append(try Self.taken(row))
        }
        try connection.script("COMMIT")
        FaultPoint.afterTake.pass()
        return (taken.sorted { $0.partition < $1.partition }, try other.first?.int64OrNil(0))
    }

    private static func taken(_ row: PostgresRow) throws(PostgresError) -> Taken {
        var books: ReadMark?
        if let offset = try row.int64OrNil(3) {
            var identity: LogIdentity?
            if let partitions = try row.int64OrNil(6) {
                identity = LogIdentity(clusterID: try row.textOrNil(5), partitions: Int32(clamping: partitions))
            }
            books = ReadMark(
                next: LogPoint(generation: try row.int64(2), offset: offset),
                lastTimestamp: try row.int64OrNil(4),
                identity: identity
            )
        }
        return Taken(partition: Int32(clamping: try row.int64(0)), epoch: try row.int64(1), books: books)
    }

    /// Ends the backends that the rows name as their holders, each only if it is still the one that took them.
    private func endHolders(of partitions: [Int32], on connection: PostgresConnection) throws(PostgresError) {
        try connection.query(
            """
            SELECT pg_terminate_backend(a.pid)
            FROM (SELECT DISTINCT backend_pid, backend_start FROM positions
                  WHERE projection = $1 AND partition = ANY ($2::int[])) AS p
            JOIN pg_stat_activity AS a ON a.pid = p.backend_pid AND a.backend_start = p.backend_start
            WHERE a.pid <> pg_backend_pid()
            """,
            [.text(self.projection), .ints(partitions.map(Int64.init))]
        )
    }

    /// Compares and sets the positions inside an open transaction, its first statement.
    ///
    /// After `.refused` the transaction is to be rolled back. Throws `PostgresError`.
    func move(_ moves: [Move], on connection: PostgresConnection) throws(PostgresError) -> Verdict {
        let moves = moves.sorted { $0.partition < $1.partition }
        let rows = try connection.query(Self.moveStatement, self.parameters(moves))
        if rows.count == moves.count { return .moved }
        var missing = Set(moves.map(\.partition))
        for row in rows {
            missing.remove(Int32(clamping: try row.int64(0)))
        }
        let epochs = try connection.query(
            "SELECT partition, epoch FROM positions WHERE projection = $1 AND partition = ANY ($2::int[])",
            [.text(self.projection), .ints(missing.map(Int64.init))]
        )
        var fenced: Set<Int32> = []
        for row in epochs {
            let partition = Int32(clamping: try row.int64(0))
            let epoch = try row.int64(1)
            if moves.contains(where: { $0.partition == partition && $0.epoch < epoch }) { fenced.insert(partition) }
        }
        return .refused(fenced: fenced, unclear: missing.subtracting(fenced))
    }

    /// −1 stands for "nothing was read yet" in `next_offset`, and for NULL in the timestamps.
    private static let moveStatement = """
        WITH wanted AS (
            SELECT * FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::bigint[], $9::text[], $10::int[])
                AS w (partition, epoch, generation, expected, new_generation, new_offset, stamp, cluster, count)
        ), locked AS (
            SELECT p.partition FROM positions AS p JOIN wanted USING (partition)
            WHERE p.projection = $1 ORDER BY p.partition FOR UPDATE OF p
        )
        UPDATE positions AS p
        SET generation = w.new_generation, next_offset = w.new_offset, last_timestamp = nullif(w.stamp, -1),
            cluster_id = w.cluster, partition_count = w.count, updated_at = now()
        FROM wanted AS w JOIN locked USING (partition)
        WHERE p.projection = $1 AND p.partition = w.partition AND p.epoch = w.epoch
            AND coalesce(p.next_offset, -1) = w.expected AND (w.expected = -1 OR p.generation = w.generation)
        RETURNING p.partition
        """

    private func parameters(_ moves: [Move]) -> [PostgresValue] {
        [
            .text(self.projection),
            .ints(moves.map { Int64($0.partition) }),
            .ints(moves.map(\.epoch)),
            .ints(moves.map { $0.from?.generation ?? 0 }),
            .ints(moves.map { $0.from?.offset ?? -1 }),
            .ints(moves.map(\.to.next.generation)),
            .ints(moves.map(\.to.next.offset)),
            .ints(moves.map { $0.to.lastTimestamp ?? -1 }),
            .texts(moves.map { $0.to.identity?.clusterID }),
            .ints(moves.map { Int64($0.to.identity?.partitions ?? 0) }),
        ]
    }
}
