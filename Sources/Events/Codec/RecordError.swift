/// Why bytes of the log are no record; the description is the reason kept in `dead_letters`.
package enum RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not JSON, or not JSON as it is accepted here; `at` is the byte where reading stopped.
    case malformed(at: Int, expected: String)
    /// More bytes than a record of this kind may have.
    case tooLarge(bytes: Int, limit: Int)
    /// A record without a value, which only the compacted topics know.
    case tombstone
    /// A value of the header `kind` that no version ever wrote.
    case unknownKind(String)
    /// A schema version that this program does not know.
    case unsupportedVersion(Int64)
    /// A field that must be there is not.
    case missingField(String)
    /// A field holds something of another type.
    case wrongType(field: String, expected: String)
    /// A word that is not in the field's closed list.
    case unknownValue(field: String, value: String)
    /// A number or a length outside its bounds.
    case outOfRange(field: String, value: String, allowed: String)
    /// A time that only makes sense in microseconds where milliseconds are expected.
    case microseconds(field: String, value: Int64)
    /// The record's key is missing or is not the decimal of the monitor in its value.
    case keyMismatch(key: String?, monitor: Int64)
    /// A slot further past the record's timestamp than any clock may be wrong.
    case future(slot: Int64, timestamp: Int64)

    /// One sentence that says what was expected and what was found.
    package var description: String {
        switch self {
        case .malformed(let at, let expected): "not a valid JSON record: expected \(expected) at byte \(at)"
        case .tooLarge(let bytes, let limit): "the value has \(bytes) bytes; at most \(limit) are allowed"
        case .tombstone: "the record has no value, and this topic knows no tombstones"
        case .unknownKind(let kind): "the header kind is \"\(kind)\"; expected none, pulse, change, action or push"
        case .unsupportedVersion(let version): "schema version \(version) is not known here; a newer Apus wrote it"
        case .missingField(let field): "the field \(field) is missing"
        case .wrongType(let field, let expected): "the field \(field) is not \(expected)"
        case .unknownValue(let field, let value): "the field \(field) holds the unknown value \"\(value)\""
        case .outOfRange(let field, let value, let allowed): "the field \(field) is \(value); allowed is \(allowed)"
        case .microseconds(let field, let value):
            "the field \(field) is \(value), which looks like microseconds; expected Unix milliseconds"
        case .keyMismatch(.none, let monitor): "the record has no key; expected \"\(monitor)\""
        case .keyMismatch(.some(let key), let monitor): "the record's key is \"\(key)\"; expected \"\(monitor)\""
        case .future(let slot, let timestamp):
            "the slot \(slot) is \(slot - timestamp) ms past the record's timestamp \(timestamp); at most 60000 is allowed"
        }
    }
}
