/// A JSON value as a tree, for the records that are read rarely.
package enum RecordValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction that fits Int64.
    case integer(Int64)
    /// Any other finite number.
    case decimal(Double)
    /// A text.
    case string(String)
    /// An array.
    case array([RecordValue])
    /// An object.
    case object([String: RecordValue])

    /// Reads exactly one value from `bytes`.
    static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> RecordValue {
        var scanner = RecordScanner()
        let value = try scanner.value(bytes, depth: 0)
        try scanner.end(bytes)
        return value
    }
}

extension RecordScanner {
    /// Consumes one value; refuses duplicate keys and nesting deeper than ``maxDepth``.
    mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(RecordError) -> RecordValue {
        guard depth < RecordScanner.maxDepth else {
            throw .malformed(at: self.position, expected: "at most \(RecordScanner.maxDepth) levels")
        }
        switch self.peek(bytes) {
        case 0x7B: return .object(try self.object(bytes, depth: depth))
        case 0x5B: return .array(try self.array(bytes, depth: depth))
        case 0x22: return .string(try self.string(bytes))
        case 0x74 where self.takeLiteral("true", bytes): return .bool(true)
        case 0x66 where self.takeLiteral("false", bytes): return .bool(false)
        case 0x6E where self.takeLiteral("null", bytes): return .null
        default:
            let start = self.position
            guard let range = self.number(bytes) else { throw .malformed(at: start, expected: "a JSON value") }
            if let integer = RecordScanner.integer(range, bytes) { return .integer(integer) }
            guard let decimal = RecordScanner.decimal(range, bytes) else {
                throw .malformed(at: start, expected: "a finite number")
            }
            return .decimal(decimal)
        }
    }

    private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(RecordError) -> [String: RecordValue] {
        try self.expect(0x7B, bytes, "an object")
        var fields: [String: RecordValue] = [:]
        if self.take(0x7D, bytes) { return fields }
        repeat {
            let at = self.position
            let name = try self.string(bytes)
            try self.expect(0x3A, bytes, "a colon")
            let value = try self.value(bytes, depth: depth + 1)
            guard fields.updateValue(value, forKey: name) == nil else {
                throw .malformed(at: at, expected: "no field twice")
            }
        } while self.take(0x2C, bytes)
        try self.expect(0x7D, bytes, "the end of an object")
        return fields
    }

    private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(RecordError) -> [RecordValue] {
        try self.expect(0x5B, bytes, "an array")
        var values: [RecordValue] = []
        if self.take(0x5D, bytes) { return values }
        repeat { values.append(try self.value(bytes, depth: depth + 1)) } while self.take(0x2C, bytes)
        try self.expect(0x5D, bytes, "the end of an array")
        return values
    }
}
