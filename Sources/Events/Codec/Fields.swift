/// The fields of a decoded object, taken out by name and checked; unknown ones are ignored.
struct Fields {
    /// What the object held.
    let fields: [String: JSONValue]

    /// Reads one object from `bytes`.
    init(_ bytes: Span<UInt8>, limit: Int) throws(RecordError) {
        guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        try self.init(try JSONValue.decode(bytes), "the record")
    }

    init(_ value: JSONValue, _ field: String) throws(RecordError) {
        guard case .object(let fields) = value else { throw .wrongType(field: field, expected: "an object") }
        self.fields = fields
    }

    /// Checks the field `v`.
    func checkVersion() throws(RecordError) {
        let version = try self.integer("v", Int64.min...Int64.max)
        guard version == 1 else { throw .unsupportedVersion(version) }
    }

    /// The field's value; `nil` if it is missing or `null`.
    subscript(_ name: String) -> JSONValue? {
        guard let value = self.fields[name], value != .null else { return nil }
        return value
    }

    func required(_ name: String) throws(RecordError) -> JSONValue {
        guard let value = self[name] else { throw .missingField(name) }
        return value
    }

    func integer(_ name: String, _ allowed: ClosedRange<Int64>) throws(RecordError) -> Int64 {
        guard let value = try self.optionalInteger(name, allowed) else { throw .missingField(name) }
        return value
    }

    func optionalInteger(_ name: String, _ allowed: ClosedRange<Int64>) throws(RecordError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard case .integer(let number) = value else { throw .wrongType(field: name, expected: "an integer") }
        try check(number, name, allowed)
        return number
    }

    /// A time in Unix ms within ``Bounds/times``.
    func time(_ name: String) throws(RecordError) -> Int64 {
        let value = try self.integer(name, Int64.min...Int64.max)
        try checkTime(value, name)
        return value
    }

    func optionalTime(_ name: String) throws(RecordError) -> Int64? {
        self[name] == nil ? nil : try self.time(name)
    }

    func decimal(_ name: String) throws(RecordError) -> Double? {
        switch self[name] {
        case .none: return nil
        case .integer(let value): return Double(value)
        case .decimal(let value): return value
        default: throw .wrongType(field: name, expected: "a number")
        }
    }

    /// A duration written in seconds, as milliseconds, rounded to the nearest.
    func seconds(_ name: String, _ allowed: ClosedRange<Int64>) throws(RecordError) -> Int64? {
        guard let seconds = try self.decimal(name) else { return nil }
        guard abs(seconds) < 1e12 else {
            throw .outOfRange(field: name, value: "\(seconds)", allowed: "a duration in seconds")
        }
        let value = Int64((seconds * 1_000).rounded())
        try check(value, name, allowed)
        return value
    }

    func string(_ name: String, _ bytes: ClosedRange<Int> = Bounds.text) throws(RecordError) -> String {
        guard let value = try self.optionalString(name, bytes) else { throw .missingField(name) }
        return value
    }

    func optionalString(_ name: String, _ bytes: ClosedRange<Int> = Bounds.text) throws(RecordError) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else { throw .wrongType(field: name, expected: "a string") }
        try checkLength(text.utf8.count, name, bytes)
        return text
    }

    func bool(_ name: String, default value: Bool? = nil) throws(RecordError) -> Bool {
        switch self[name] {
        case .bool(let found): return found
        case .none:
            guard let value else { throw .missingField(name) }
            return value
        default: throw .wrongType(field: name, expected: "true or false")
        }
    }

    /// A word of a closed list; `nil` if it is missing.
    func word<Word: RawRepresentable<String>>(_ name: String, of: Word.Type) throws(RecordError) -> Word? {
        guard let text = try self.optionalString(name) else { return nil }
        guard let word = Word(rawValue: text) else { throw .unknownValue(field: name, value: text) }
        return word
    }

    func array(_ name: String, max: Int = 1_000) throws(RecordError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard case .array(let values) = value else { throw .wrongType(field: name, expected: "an array") }
        try checkLength(values.count, name, 0...max)
        return values
    }

    func strings(_ name: String) throws(RecordError) -> [String]? {
        guard let values = try self.array(name) else { return nil }
        var strings: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .wrongType(field: name, expected: "a list of strings") }
            try checkLength(text.utf8.count, name, Bounds.text)
            strings.append(text)
        }
        return strings
    }

    func integers(_ name: String) throws(RecordError) -> [Int64]? {
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
