import CPostgres

extension PostgresConnection {
    /// Sends rows by `COPY … FROM STDIN`, text or binary as the statement says, and returns how many were stored.
    ///
    /// `rows` is the whole input, lent for the call. All or nothing: one bad or duplicate row (23505) refuses all.
    @discardableResult
    package func copyIn(
        _ sql: String,
        _ rows: [UInt8],
        timeout: Duration? = nil
    ) throws(PostgresError) -> Int {
        let deadline = Deadline(timeout ?? self.timeout)
        try self.beginCopy(sql, deadline)
        try self.send(rows, sql, deadline)
        return try self.endCopy(sql, deadline)
    }

    /// Sends rows by `COPY … FROM STDIN (FORMAT binary)` piece by piece and returns how many were stored.
    ///
    /// `fill` appends the next piece and returns whether there will be more; meanwhile the server takes the one before.
    /// All or nothing, as above.
    @discardableResult
    package func copyIn(
        _ sql: String,
        timeout: Duration? = nil,
        fill: (inout BinaryRows) -> Bool
    ) throws(PostgresError) -> Int {
        let deadline = Deadline(timeout ?? self.timeout)
        try self.beginCopy(sql, deadline)
        var rows = BinaryRows()
        while fill(&rows) {
            try self.send(rows.piece, sql, deadline)
            rows.clearPiece()
        }
        try self.send(rows.bytes, sql, deadline)
        return try self.endCopy(sql, deadline)
    }

    private func beginCopy(_ sql: String, _ deadline: Deadline) throws(PostgresError) {
        let handle = try unsafe self.ready(sql)
        guard unsafe PQsendQuery(handle, sql) == 1 else { throw self.lost("cannot send", statement: sql) }
        guard let first = try unsafe self.nextResult(sql, deadline) else {
            throw self.lost("the server sent no answer", statement: sql)
        }
        let status = unsafe PQresultStatus(first)
        if status == PGRES_FATAL_ERROR {
            let error = unsafe self.serverError(first, sql)
            unsafe PQclear(first)
            while let rest = try unsafe self.nextResult(sql, deadline) { unsafe PQclear(rest) }
            throw error
        }
        unsafe PQclear(first)
        guard status == PGRES_COPY_IN else {
            _ = self.lost("COPY")
            throw PostgresError(.unexpected, "expected COPY … FROM STDIN; connection closed", statement: sql)
        }
    }

    private func endCopy(_ sql: String, _ deadline: Deadline) throws(PostgresError) -> Int {
        let handle = try unsafe self.ready(sql)
        guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw self.lost("cannot end COPY", statement: sql) }
        return try self.receive(sql, deadline).affected
    }

    /// Sends input piece by piece, so that libpq's buffer stays small.
    private func send(_ rows: [UInt8], _ sql: String, _ deadline: Deadline) throws(PostgresError) {
        let piece = 128 << 10
        try unsafe rows.withUnsafeBufferPointer { (bytes) throws(PostgresError) in
            var sent = 0
            while sent < bytes.count {
                let handle = try unsafe self.ready(sql)
                let count = min(piece, bytes.count - sent)
                let start = unsafe UnsafeRawPointer(bytes.baseAddress)?.advanced(by: sent)
                guard unsafe PQputCopyData(handle, start?.assumingMemoryBound(to: CChar.self), Int32(count)) == 1 else {
                    throw self.lost("cannot send rows", statement: sql)
                }
                sent += count
                try self.flush(sql, deadline)
            }
        }
    }
}
