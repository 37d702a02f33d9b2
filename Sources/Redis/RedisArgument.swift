/// One argument of a command: any bytes; nothing in them is interpreted.
package struct RedisArgument: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The bytes as they are sent.
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { self.bytes = Array(text.utf8) }
    package init(_ number: Int64) { self.bytes = Array(String(number).utf8) }
    package init(stringLiteral value: String) { self.init(value) }
    package init(integerLiteral value: Int64) { self.init(value) }

    /// Appends a command in the protocol's form: a list of counted strings.
    static func append(_ arguments: [RedisArgument], to output: inout [UInt8]) {
        output += "*\(arguments.count)\r\n".utf8
        for argument in arguments {
            output += "$\(argument.bytes.count)\r\n".utf8
            output += argument.bytes
            output += "\r\n".utf8
        }
    }
}
