import CHiredis

/// An answer of the server.
package enum RedisReply: Sendable, Equatable {
    case null
    case status(String)
    case integer(Int64)
    case bytes([UInt8])
    case array([RedisReply])
    /// One command of a pipeline failed; a single command throws it instead.
    case error(RedisError)

    /// The bytes of a value; nil when there is none.
    ///
    /// Throws for every other type.
    package func bytesOrNil() throws(RedisError) -> [UInt8]? {
        switch self {
        case .bytes(let bytes): return bytes
        case .null: return nil
        default: throw self.mistaken(for: "bytes")
        }
    }

    /// A number.
    package func int64() throws(RedisError) -> Int64 {
        guard case .integer(let value) = self else { throw self.mistaken(for: "a number") }
        return value
    }

    /// A list.
    package func array() throws(RedisError) -> [RedisReply] {
        guard case .array(let values) = self else { throw self.mistaken(for: "a list") }
        return values
    }

    private func mistaken(for expected: String) -> RedisError {
        if case .error(let error) = self { return error }
        let found =
            switch self {
            case .null: "nothing"
            case .status: "a status"
            case .integer: "a number"
            case .bytes: "bytes"
            case .array: "a list"
            case .error: "an error"
            }
        return RedisError(.unexpected, "expected \(expected), found \(found)")
    }

    /// Copies hiredis's reply, which stays the caller's to free.
    ///
    /// Its depth is bounded by hiredis (7).
    init(copying reply: UnsafePointer<redisReply>) {
        switch unsafe reply.pointee.type {
        case REDIS_REPLY_INTEGER: self = unsafe .integer(reply.pointee.integer)
        case REDIS_REPLY_STRING: self = unsafe .bytes(Array(Self.text(reply)))
        case REDIS_REPLY_STATUS: self = unsafe .status(String(decoding: Self.text(reply), as: UTF8.self))
        case REDIS_REPLY_ERROR:
            self = unsafe .error(RedisError(reply: String(decoding: Self.text(reply), as: UTF8.self)))
        case REDIS_REPLY_ARRAY:
            self = .array(
                (0..<(unsafe reply.pointee.elements)).map { index in
                    guard let element = unsafe reply.pointee.element[index] else { return .null }
                    return unsafe RedisReply(copying: element)
                }
            )
        default: self = .null
        }
    }

    private static func text(_ reply: UnsafePointer<redisReply>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
    }
}
