import Postgres

/// Tells whether there is a monitor: from the board, and from the table for one that has not got there yet.
struct KnownMonitors: Sendable {
    private let board: Board
    private let pool: PostgresPool

    /// Asks `board` first, and `pool` only about ids that it lacks.
    init(board: Board, pool: PostgresPool) {
        self.board = board
        self.pool = pool
    }

    /// Refuses a monitor that does not exist.
    ///
    /// - Throws: ``Refusal`` (404), or `PostgresError`.
    func require(_ id: Int64) throws {
        guard !self.board.contains(id) else { return }
        let exists = try self.pool.withConnection {
            try !$0.query("SELECT FROM monitors WHERE id = $1", [.int(id)]).isEmpty
        }
        guard exists else { throw Refusal.notFound("monitor") }
    }
}
