/// A parameter of a statement; the server takes the type from the place where the parameter stands.
package enum PostgresValue: Sendable, Equatable {
    case null
    case int(Int64)
    case double(Double)
    case bool(Bool)
    /// Text without U+0000, which PostgreSQL cannot hold; it ends there.
    case text(String)
    /// A `bytea`.
    case bytes([UInt8])
    /// An array such as `$1::bigint[]`.
    case ints([Int64])
    /// An array such as `$1::text[]`; nil elements are NULL.
    case texts([String?])

    /// The value or NULL.
    package init(_ value: Int64?) { self = value.map(Self.int) ?? .null }
    /// The value or NULL.
    package init(_ value: String?) { self = value.map(Self.text) ?? .null }
    /// The bytes or NULL.
    package init(_ value: [UInt8]?) { self = value.map(Self.bytes) ?? .null }

    var isBinary: Bool {
        if case .bytes = self { true } else { false }
    }

    /// The value as it is sent, ended by a zero; nil for NULL.
    var wire: [UInt8]? {
        switch self {
        case .null: nil
        case .int(let value): Array(String(value).utf8) + [0]
        case .double(let value): Array(String(value).utf8) + [0]
        case .bool(let value): [value ? UInt8(ascii: "t") : UInt8(ascii: "f"), 0]
        case .text(let value): Array(value.utf8) + [0]
        case .bytes(let value): value + [0]
        case .ints(let values): Array("{\(values.map { String($0) }.joined(separator: ","))}".utf8) + [0]
        case .texts(let values): Self.array(values)
        }
    }

    private static func array(_ values: [String?]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            guard let value else {
                bytes += "NULL".utf8
                continue
            }
            bytes.append(UInt8(ascii: "\""))
            for byte in value.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes + [UInt8(ascii: "}"), 0]
    }
}

extension PostgresValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}
