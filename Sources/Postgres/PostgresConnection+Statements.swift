import CPostgres
import Glibc

extension PostgresConnection {
    /// Runs one statement with its parameters (`$1` …) and returns its rows.
    ///
    /// `timeout` nil means the connection's own. Throws `PostgresError`; a deadline that passes kills the connection.
    @discardableResult
    package func query(
        _ sql: String,
        _ parameters: [PostgresValue] = [],
        timeout: Duration? = nil
    ) throws(PostgresError) -> PostgresRows {
        let wires = parameters.map(\.wire)
        return try unsafe self.perform(sql, timeout) { handle in
            unsafe withParameters(parameters, wires) { count, values, lengths, formats in
                unsafe PQsendQueryParams(handle, sql, count, nil, values, lengths, formats, 0)
            }
        }
    }

    /// Runs statements without parameters, separated by semicolons, as one transaction unless they hold their own.
    ///
    /// Returns the rows of the last one.
    @discardableResult
    package func script(_ sql: String, timeout: Duration? = nil) throws(PostgresError) -> PostgresRows {
        try unsafe self.perform(sql, timeout) { handle in unsafe PQsendQuery(handle, sql) }
    }

    /// Prepares a statement under a name of the caller's, once for the life of the connection.
    package func prepare(
        _ name: String,
        _ sql: String,
        timeout: Duration? = nil
    ) throws(PostgresError) -> PreparedStatement {
        _ = try unsafe self.perform(sql, timeout) { handle in unsafe PQsendPrepare(handle, name, sql, 0, nil) }
        return PreparedStatement(name: name, sql: sql)
    }

    /// Runs a statement that this connection has prepared.
    @discardableResult
    package func query(
        _ statement: PreparedStatement,
        _ parameters: [PostgresValue] = [],
        timeout: Duration? = nil
    ) throws(PostgresError) -> PostgresRows {
        let wires = parameters.map(\.wire)
        return try unsafe self.perform(statement.sql, timeout) { handle in
            unsafe withParameters(parameters, wires) { count, values, lengths, formats in
                unsafe PQsendQueryPrepared(handle, statement.name, count, values, lengths, formats, 0)
            }
        }
    }

    /// Sends by `send` (1 for success, as libpq's own functions) and waits for the whole answer.
    private func perform(
        _ sql: String,
        _ timeout: Duration?,
        _ send: (OpaquePointer) -> Int32
    ) throws(PostgresError) -> PostgresRows {
        let deadline = Deadline(timeout ?? self.timeout)
        let handle = try unsafe self.ready(sql)
        guard unsafe send(handle) == 1 else { throw self.lost("cannot send", statement: sql) }
        return try self.receive(sql, deadline)
    }

    /// The open handle; throws when the connection is dead.
    func ready(_ sql: String) throws(PostgresError) -> OpaquePointer {
        guard self.isUsable, let handle = unsafe self.handle else {
            throw self.lost("the connection is closed", statement: sql)
        }
        return unsafe handle
    }

    /// Waits for the answer to what was sent, up to the end of it.
    func receive(_ sql: String, _ deadline: Deadline) throws(PostgresError) -> PostgresRows {
        var last: PostgresRows?
        var failure: PostgresError?
        while let result = try unsafe self.nextResult(sql, deadline) {
            switch unsafe PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: last = unsafe PostgresRows(owning: result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // Such a result comes again for ever; the connection is of no more use.
                unsafe PQclear(result)
                _ = self.lost("COPY")
                throw PostgresError(.unexpected, "a COPY must go through copyIn; connection closed", statement: sql)
            default:
                failure = unsafe failure ?? self.serverError(result, sql)
                unsafe PQclear(result)
            }
        }
        if let failure {
            if failure.isConnectionLost { self.close() }
            throw failure
        }
        guard let last else { throw self.lost("the server sent no answer", statement: sql) }
        return last
    }

    /// The next result of the current statement, owned by the caller; nil after the last one.
    func nextResult(_ sql: String, _ deadline: Deadline) throws(PostgresError) -> OpaquePointer? {
        let handle = try unsafe self.ready(sql)
        try self.flush(sql, deadline)
        while unsafe PQisBusy(handle) == 1 {
            guard unsafe deadline.wait(PQsocket(handle), read: true, write: false) else {
                throw self.timedOut("statement", statement: sql)
            }
            guard unsafe PQconsumeInput(handle) == 1 else {
                throw try self.lostWithReason(sql)
            }
        }
        return unsafe PQgetResult(handle)
    }

    /// Sends what libpq holds back, reading meanwhile, so that two full sockets never wait for each other.
    func flush(_ sql: String, _ deadline: Deadline) throws(PostgresError) {
        let handle = try unsafe self.ready(sql)
        while true {
            switch unsafe PQflush(handle) {
            case 0: return
            case 1:
                guard unsafe deadline.wait(PQsocket(handle), read: true, write: true) else {
                    throw self.timedOut("sending", statement: sql)
                }
                guard unsafe PQconsumeInput(handle) == 1 else { throw try self.lostWithReason(sql) }
            default: throw try self.lostWithReason(sql)
            }
        }
    }

    /// The error of a connection that broke, with the state that the server sent before it closed, where it did.
    private func lostWithReason(_ sql: String) throws(PostgresError) -> PostgresError {
        var state: SQLState?
        if let handle = unsafe self.handle, unsafe PQisBusy(handle) == 0, let result = unsafe PQgetResult(handle) {
            state = unsafe self.serverError(result, sql).state
            unsafe PQclear(result)
        }
        var error = self.lost("the connection broke", statement: sql)
        error.state = state
        return error
    }

    func serverError(_ result: OpaquePointer, _ sql: String) -> PostgresError {
        func field(_ code: Character) -> String? {
            let number = Int32(code.asciiValue ?? 0)
            guard let text = unsafe PQresultErrorField(result, number) else { return nil }
            return unsafe String(cString: text)
        }
        // The codes of PG_DIAG_…: C SQLSTATE, M message, D detail, H hint, n constraint.
        let detail = [field("D"), field("H")].compactMap(\.self).joined(separator: "; ")
        let state = field("C").map { SQLState($0) }
        let broken = state == nil || !self.isUsable
        return PostgresError(
            broken ? .connectionLost : .server,
            state: state,
            message: field("M") ?? (unsafe String(cString: PQresultErrorMessage(result))),
            detail: detail.isEmpty ? nil : detail,
            constraint: field("n"),
            statement: sql
        )
    }
}

/// A statement that one connection has prepared.
package struct PreparedStatement: Sendable {
    let name: String
    let sql: String
}

/// Lends the parameters in the form that libpq takes, for the duration of `body`.
private func withParameters<R>(
    _ parameters: [PostgresValue],
    _ wires: [[UInt8]?],
    _ body: (
        Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> R
) -> R {
    // One buffer for all of them: their addresses must all hold at the same time.
    var bytes: [CChar] = []
    var offsets: [Int?] = []
    for wire in wires {
        offsets.append(wire == nil ? nil : bytes.count)
        if let wire { bytes.append(contentsOf: wire.lazy.map { CChar(bitPattern: $0) }) }
    }
    let lengths = wires.map { Int32(max(0, ($0?.count ?? 0) - 1)) }
    let formats = parameters.map { Int32($0.isBinary ? 1 : 0) }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
        let base = buffer.baseAddress
        let values = unsafe offsets.map { offset -> UnsafePointer<CChar>? in
            guard let offset, let base = unsafe base else { return nil }
            return unsafe base + offset
        }
        return unsafe body(Int32(parameters.count), values, lengths, formats)
    }
}
