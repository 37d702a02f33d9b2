import CPostgres

extension PostgresConnection {
    /// How strictly a transaction is kept apart from others.
    package enum Isolation: String, Sendable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// Throws what `body` throws. Throws `PostgresError.Code.unknownCommit` when COMMIT was sent and no answer came:
    /// the caller has to find out. With `attempts` above 1 a transaction that the server gave up for a conflict or a
    /// deadlock (40001, 40P01) is run again from its start, so `body` must have no effect outside of it.
    @discardableResult
    package func withTransaction<R>(
        _ isolation: Isolation = .readCommitted,
        attempts: Int = 1,
        _ body: (PostgresConnection) throws -> R
    ) throws -> R {
        var attempt = 1
        while true {
            do {
                return try self.transaction(isolation, body)
            } catch let error as PostgresError where error.isRetryable && attempt < attempts && self.isUsable {
                attempt += 1
            }
        }
    }

    private func transaction<R>(_ isolation: Isolation, _ body: (PostgresConnection) throws -> R) throws -> R {
        guard !self.isInTransaction else {
            throw PostgresError(.unexpected, "a transaction is open already; transactions do not nest")
        }
        try self.script("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        let result: R
        do {
            result = try body(self)
        } catch {
            // A rollback that fails closes the connection, and with it the transaction.
            if self.isUsable { _ = try? self.script("ROLLBACK") }
            throw error
        }
        try self.commit()
        return result
    }

    private func commit() throws(PostgresError) {
        guard self.isUsable else { throw self.lost("the connection broke before COMMIT", statement: "COMMIT") }
        let answer: PostgresRows
        do throws(PostgresError) {
            answer = try self.script("COMMIT")
        } catch {
            // An error on a living connection is the server's word that it rolled back; anything else says nothing.
            if self.isUsable, error.code == .server { throw error }
            var unknown = error
            unknown.code = .unknownCommit
            throw unknown
        }
        guard answer.command == "COMMIT" else {
            throw PostgresError(
                .server,
                state: .inFailedTransaction,
                message: "a statement had failed and its error was dropped: the transaction was rolled back",
                detail: nil,
                constraint: nil,
                statement: "COMMIT"
            )
        }
    }
}
