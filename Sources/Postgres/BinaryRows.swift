/// Rows in PostgreSQL's binary COPY format, for `COPY … FROM STDIN (FORMAT binary)`.
///
/// Each value must have exactly the column's type: the server converts nothing. Text must not hold U+0000.
package struct BinaryRows: Sendable {
    private var output: [UInt8]
    /// How many rows have been begun.
    package private(set) var count = 0

    /// No rows yet.
    package init() {
        self.output = Self.header
    }

    /// All rows with the mark of the end: what `copyIn` takes.
    package var bytes: [UInt8] { self.output + [0xff, 0xff] }

    /// What was appended since the last ``clearPiece()``; of the first piece with the header.
    var piece: [UInt8] { self.output }

    /// Makes room for the next piece.
    mutating func clearPiece() { self.output.removeAll(keepingCapacity: true) }

    /// Forgets the rows and keeps the memory.
    package mutating func removeAll() {
        self.output.removeAll(keepingCapacity: true)
        self.output += Self.header
        self.count = 0
    }

    /// Begins a row; as many values must follow.
    package mutating func beginRow(columns: Int) {
        self.count += 1
        self.append(Int16(columns))
    }

    /// A `bigint`, or NULL.
    package mutating func bigint(_ value: Int64?) { self.number(value) }
    /// An `integer`, or NULL.
    package mutating func integer(_ value: Int32?) { self.number(value) }
    /// A `smallint`, or NULL.
    package mutating func smallint(_ value: Int16?) { self.number(value) }

    /// A `double precision`, or NULL.
    package mutating func double(_ value: Double?) { self.number(value.map { Int64(bitPattern: $0.bitPattern) }) }

    /// A `boolean`, or NULL.
    package mutating func boolean(_ value: Bool?) {
        guard let value else { return self.null() }
        self.append(Int32(1))
        self.output.append(value ? 1 : 0)
    }

    /// A `text`, or NULL.
    package mutating func text(_ value: String?) {
        guard let value else { return self.null() }
        self.append(Int32(value.utf8.count))
        self.output += value.utf8
    }

    /// A `bytea`, or NULL.
    package mutating func bytea(_ value: [UInt8]?) {
        guard let value else { return self.null() }
        self.append(Int32(value.count))
        self.output += value
    }

    /// A NULL of any type.
    package mutating func null() {
        self.append(Int32(-1))
    }

    /// Signature, no flags, no extension (PostgreSQL manual, COPY, "Binary Format").
    private static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    private mutating func number(_ value: (some FixedWidthInteger)?) {
        guard let value else { return self.null() }
        self.append(Int32(value.bitWidth / 8))
        self.append(value)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe self.output.append(contentsOf: $0) }
    }
}
