import CPostgres

/// The answer to a statement: its rows, and how many it touched.
///
/// It owns the memory of the rows; it stays valid after the connection is gone and may be read from any thread.
@safe package final class PostgresRows: @unchecked Sendable, RandomAccessCollection {
    // @unchecked: libpq's result is never changed after it was received.
    private let result: OpaquePointer

    /// Takes the result over.
    init(owning result: OpaquePointer) {
        unsafe self.result = result
    }

    deinit {
        unsafe PQclear(self.result)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { unsafe Int(PQntuples(self.result)) }
    package subscript(position: Int) -> PostgresRow { PostgresRow(rows: self, index: Int32(position)) }

    /// How many rows an INSERT, UPDATE, DELETE, COPY or SELECT touched; 0 for other statements.
    package var affected: Int {
        guard let text = unsafe PQcmdTuples(self.result) else { return 0 }
        return unsafe Int(String(cString: text)) ?? 0
    }

    /// The name of the command as the server reports it, such as `INSERT 0 3`.
    package var command: String {
        guard let text = unsafe PQcmdStatus(self.result) else { return "" }
        return unsafe String(cString: text)
    }

    /// The names of the columns.
    package var columns: [String] {
        (0..<(unsafe PQnfields(self.result))).map { unsafe String(cString: PQfname(self.result, $0)) }
    }

    /// The bytes of a field in text form, valid only inside `body`; nil for NULL.
    func withField<R>(
        _ row: Int32,
        _ column: Int,
        _ body: (UnsafeRawBufferPointer?) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        guard row >= 0, row < (unsafe PQntuples(self.result)), column >= 0, column < Int(unsafe PQnfields(self.result))
        else { throw PostgresError(.unexpected, "there is no column \(column) in row \(row)") }
        if unsafe PQgetisnull(self.result, row, Int32(column)) == 1 { return try body(nil) }
        let length = unsafe PQgetlength(self.result, row, Int32(column))
        let value = unsafe PQgetvalue(self.result, row, Int32(column))
        return try unsafe body(UnsafeRawBufferPointer(start: value, count: Int(length)))
    }
}
