import CRdKafka

/// A record of the log, read in place: it is lent for the duration of a closure and can't be kept.
@safe package struct Message: ~Copyable {
    /// What a record's timestamp means.
    package enum TimestampType: Sendable {
        /// The record has none.
        case none
        /// The producer's clock.
        case createTime
        /// The broker's clock when it appended the record.
        case logAppendTime
    }

    private let raw: UnsafePointer<rd_kafka_message_t>
    /// Where the record lies.
    package let topicPartition: TopicPartition

    init(borrowing raw: UnsafePointer<rd_kafka_message_t>, topicPartition: TopicPartition) {
        unsafe self.raw = raw
        self.topicPartition = topicPartition
    }

    /// The record's offset in its partition.
    package var offset: Int64 { unsafe self.raw.pointee.offset }

    /// The number of bytes of the value; 0 for a tombstone too.
    package var valueSize: Int { unsafe self.raw.pointee.payload == nil ? 0 : self.raw.pointee.len }

    /// Whether the record has no value: in a compacted topic its key is deleted.
    package var isTombstone: Bool { unsafe self.raw.pointee.payload == nil }

    /// The record's time in Unix milliseconds, −1 when it has none.
    package var timestamp: Int64 {
        unsafe rd_kafka_message_timestamp(self.raw, nil)
    }

    /// Whose clock `timestamp` is.
    package var timestampType: TimestampType {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        _ = unsafe rd_kafka_message_timestamp(self.raw, &type)
        return switch type {
        case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: .logAppendTime
        case RD_KAFKA_TIMESTAMP_CREATE_TIME: .createTime
        default: .none
        }
    }

    /// Lends the value's bytes; nil is a tombstone, an empty span an empty value.
    package borrowing func withValue<R, E>(_ body: (RawSpan?) throws(E) -> R) throws(E) -> R {
        guard let payload = unsafe self.raw.pointee.payload else { return try body(nil) }
        return try unsafe body(RawSpan(_unsafeStart: payload, byteCount: self.raw.pointee.len))
    }

    /// Lends the key's bytes; nil when the record has no key.
    package borrowing func withKey<R, E>(_ body: (RawSpan?) throws(E) -> R) throws(E) -> R {
        guard let key = unsafe self.raw.pointee.key else { return try body(nil) }
        return try unsafe body(RawSpan(_unsafeStart: key, byteCount: self.raw.pointee.key_len))
    }

    /// Lends each header in order; a header's value may be nil.
    package borrowing func forEachHeader<E>(_ body: (String, RawSpan?) throws(E) -> Void) throws(E) {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(self.raw, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while unsafe rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            if let name = unsafe name {
                let span = unsafe value.map { unsafe UnsafeRawBufferPointer(start: $0, count: size) }
                if let span = unsafe span {
                    try unsafe body(String(cString: name), span.bytes)
                } else {
                    try unsafe body(String(cString: name), nil)
                }
            }
            index += 1
        }
    }

    /// A copy of the value's bytes; nil for a tombstone.
    package var value: [UInt8]? {
        unsafe self.raw.pointee.payload.map {
            unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: self.raw.pointee.len))
        }
    }

    /// A copy of the key's bytes; nil when there is none.
    package var key: [UInt8]? {
        unsafe self.raw.pointee.key.map {
            unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: self.raw.pointee.key_len))
        }
    }

    /// The text of the last header of that name; nil when there is none or its value is nil.
    package borrowing func header(_ name: String) -> String? {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(self.raw, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var value: UnsafeRawPointer?
        var size = 0
        guard unsafe rd_kafka_header_get_last(headers, name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let value = unsafe value
        else { return nil }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: value, count: size), as: UTF8.self)
    }
}
