/// One row of an answer; columns are numbered from 0.
///
/// A reader throws `PostgresError.Code.unexpected` for a NULL or a text that is not of its type; the readers that
/// end in `OrNil` return nil for NULL.
package struct PostgresRow: Sendable {
    let rows: PostgresRows
    let index: Int32

    /// A `smallint`, `integer` or `bigint`.
    package func int64(_ column: Int) throws(PostgresError) -> Int64 {
        try self.present(try self.int64OrNil(column), column)
    }

    /// A `smallint`, `integer` or `bigint`, or nil.
    package func int64OrNil(_ column: Int) throws(PostgresError) -> Int64? {
        try unsafe self.rows.withField(self.index, column) { (bytes) throws(PostgresError) -> Int64? in
            guard let bytes = unsafe bytes else { return nil }
            return try self.parsed(unsafe Self.integer(bytes), "an integer", column)
        }
    }

    /// A number, also one with a fraction.
    package func double(_ column: Int) throws(PostgresError) -> Double {
        try self.present(try self.doubleOrNil(column), column)
    }

    /// A number, also one with a fraction, or nil.
    package func doubleOrNil(_ column: Int) throws(PostgresError) -> Double? {
        guard let text = try self.textOrNil(column) else { return nil }
        return try self.parsed(Double(text), "a number", column)
    }

    /// A `boolean`.
    package func bool(_ column: Int) throws(PostgresError) -> Bool {
        try self.present(try self.boolOrNil(column), column)
    }

    /// A `boolean`, or nil.
    package func boolOrNil(_ column: Int) throws(PostgresError) -> Bool? {
        guard let text = try self.textOrNil(column) else { return nil }
        return try self.parsed(text == "t" ? true : text == "f" ? false : nil, "a boolean", column)
    }

    /// Any value in PostgreSQL's text form.
    package func text(_ column: Int) throws(PostgresError) -> String {
        try self.present(try self.textOrNil(column), column)
    }

    /// Any value in PostgreSQL's text form, or nil.
    package func textOrNil(_ column: Int) throws(PostgresError) -> String? {
        try unsafe self.rows.withField(self.index, column) { bytes in
            unsafe bytes.map { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// A `bytea`.
    package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try self.present(try self.bytesOrNil(column), column)
    }

    /// A `bytea`, or nil.
    package func bytesOrNil(_ column: Int) throws(PostgresError) -> [UInt8]? {
        try unsafe self.rows.withField(self.index, column) { (bytes) throws(PostgresError) -> [UInt8]? in
            guard let bytes = unsafe bytes else { return nil }
            return try self.parsed(unsafe Self.unhex(bytes), "a bytea", column)
        }
    }

    private func present<Value>(_ value: Value?, _ column: Int) throws(PostgresError) -> Value {
        guard let value else { throw PostgresError(.unexpected, "column \(column) is NULL") }
        return value
    }

    private func parsed<Value>(_ value: Value?, _ type: String, _ column: Int) throws(PostgresError) -> Value {
        guard let value else { throw PostgresError(.unexpected, "column \(column) is not \(type)") }
        return value
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var rest = unsafe bytes[...]
        let negative = unsafe rest.first == UInt8(ascii: "-")
        if negative { unsafe rest.removeFirst() }
        guard unsafe !rest.isEmpty else { return nil }
        var value: Int64 = 0
        for index in unsafe rest.indices {
            let byte = unsafe rest[index]
            guard byte >= 48, byte <= 57 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) = scaled.subtractingReportingOverflow(Int64(byte - 48))
            if overflow || carry { return nil }
            value = next
        }
        if negative { return value }
        return value == .min ? nil : -value
    }

    /// The bytes of `\x0aff`.
    private static func unhex(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 2 == 0, text.count >= 2, unsafe text[0] == UInt8(ascii: "\\"),
            unsafe text[1] == UInt8(ascii: "x")
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = unsafe self.digit(text[index]), let low = unsafe self.digit(text[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 97...102: byte - 87
        default: nil
        }
    }
}
