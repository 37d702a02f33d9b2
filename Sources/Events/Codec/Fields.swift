/// The fields of a decoded object, taken out by name and checked; unknown ones are ignored.
package struct Fields {
    /// What the object held.
    package let fields: [String: RecordValue]

    /// Reads one object from `bytes`.
    package init(_ bytes: Span<UInt8>, limit: Int) throws(RecordError) {
        guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        try self.init(try RecordValue.decode(bytes), "the record")
    }

    /// Takes an object that was read already; `field` is its name for errors.
    package init(_ value: RecordValue, _ field: String) throws(RecordError) {
        guard case .object(let fields) = value else { throw .wrongType(field: field, expected: "an object") }
        self.fields = fields
    }

    /// Checks the field `v`: any version from 1 through `newest`; returns it.
    @discardableResult
    package func checkVersion(through newest: Int64 = 1) throws(RecordError) -> Int64 {
        let version = try self.integer("v", Int64.min...Int64.max)
        guard (1...newest).contains(version) else { throw .unsupportedVersion(version) }
        return version
    }

    /// The field's value; `nil` if it is missing or `null`.
    package subscript(_ name: String) -> RecordValue? {
        guard let value = self.fields[name], value != .null else { return nil }
        return value
    }

    /// The field's value, which must be there.
    package func required(_ name: String) throws(RecordError) -> RecordValue {
        guard let value = self[name] else { throw .missingField(name) }
        return value
    }

    /// A whole number within bounds.
    package func integer(_ name: String, _ allowed: ClosedRange<Int64>) throws(RecordError) -> Int64 {
        guard let value = try self.optionalInteger(name, allowed) else { throw .missingField(name) }
        return value
    }

    /// A whole number within bounds; `nil` if it is missing.
    package func optionalInteger(_ name: String, _ allowed: ClosedRange<Int64>) throws(RecordError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard case .integer(let number) = value else { throw .wrongType(field: name, expected: "an integer") }
        try check(number, name, allowed)
        return number
    }

    /// A time in Unix ms of the years 2020 to 2099.
    package func time(_ name: String) throws(RecordError) -> Int64 {
        let value = try self.integer(name, Int64.min...Int64.max)
        try checkTime(value, name)
        return value
    }

    /// A time in Unix ms within the bounds of all times; `nil` if it is missing.
    package func optionalTime(_ name: String) throws(RecordError) -> Int64? {
        self[name] == nil ? nil : try self.time(name)
    }

    /// A number; `nil` if it is missing.
    package func decimal(_ name: String) throws(RecordError) -> Double? {
        switch self[name] {
        case .none: return nil
        case .integer(let value): return Double(value)
        case .decimal(let value): return value
        default: throw .wrongType(field: name, expected: "a number")
        }
    }

    /// A duration written in seconds, as milliseconds, rounded to the nearest.
    package func seconds(_ name: String, _ allowed: ClosedRange<Int64>) throws(RecordError) -> Int64? {
        guard let seconds = try self.decimal(name) else { return nil }
        guard abs(seconds) < 1e12 else {
            throw .outOfRange(field: name, value: "\(seconds)", allowed: "a duration in seconds")
        }
        let value = Int64((seconds * 1_000).rounded())
        try check(value, name, allowed)
        return value
    }

    /// A text of so many bytes.
    package func string(_ name: String, _ bytes: ClosedRange<Int> = 0...4_096) throws(RecordError) -> String {
        guard let value = try self.optionalString(name, bytes) else { throw .missingField(name) }
        return value
    }

    /// A text of so many bytes; `nil` if it is missing.
    package func optionalString(_ name: String, _ bytes: ClosedRange<Int> = 0...4_096) throws(RecordError) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else { throw .wrongType(field: name, expected: "a string") }
        try checkLength(text.utf8.count, name, bytes)
        return text
    }

    /// `true` or `false`.
    package func bool(_ name: String, default value: Bool? = nil) throws(RecordError) -> Bool {
        switch self[name] {
        case .bool(let found): return found
        case .none:
            guard let value else { throw .missingField(name) }
            return value
        default: throw .wrongType(field: name, expected: "true or false")
        }
    }

    /// A word of a closed list; `nil` if it is missing.
    package func word<Word: RawRepresentable<String>>(_ name: String, of: Word.Type) throws(RecordError) -> Word? {
        guard let text = try self.optionalString(name) else { return nil }
        guard let word = Word(rawValue: text) else { throw .unknownValue(field: name, value: text) }
        return word
    }

    /// A list of at most `max` values; `nil` if it is missing.
    package func array(_ name: String, max: Int = 1_000) throws(RecordError) -> [RecordValue]? {
        guard let value = self[name] else { return nil }
        guard case .array(let values) = value else { throw .wrongType(field: name, expected: "an array") }
        try checkLength(values.count, name, 0...max)
        return values
    }

    /// A list of texts; `nil` if it is missing.
    package func strings(_ name: String) throws(RecordError) -> [String]? {
        guard let values = try self.array(name) else { return nil }
        var strings: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .wrongType(field: name, expected: "a list of strings") }
            try checkLength(text.utf8.count, name, Bounds.text)
            strings.append(text)
        }
        return strings
    }

    /// A list of whole numbers; `nil` if it is missing.
    package func integers(_ name: String) throws(RecordError) -> [Int64]? {
        guard let values = try self.array(name) else { return nil }
        var integers: [Int64] = []
        for value in values {
            guard case .integer(let number) = value else {
                throw .wrongType(field: name, expected: "a list of integers")
            }
            integers.append(number)
        }
        return integers
    }
}
