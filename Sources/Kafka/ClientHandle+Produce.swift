import CRdKafka

extension ClientHandle {
    /// Copies a record into librdkafka's queue.
    func produce(_ record: OutgoingRecord) throws(KafkaError) {
        let headers = unsafe Self.headers(of: record)
        let code = unsafe withBytes(of: record.key) { key, keyLength in
            unsafe withBytes(of: record.value) { value, valueLength in
                unsafe apus_rd_kafka_produce(
                    self.raw,
                    record.topic,
                    record.partition ?? RD_KAFKA_PARTITION_UA,
                    key,
                    keyLength,
                    value,
                    valueLength,
                    headers,
                    UnsafeMutableRawPointer(bitPattern: UInt(record.token))
                )
            }
        }
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        if let headers = unsafe headers { unsafe rd_kafka_headers_destroy(headers) }
        throw KafkaError(code, while: "queueing a record for \(record.topic)")
    }

    private static func headers(of record: OutgoingRecord) -> OpaquePointer? {
        guard !record.headers.isEmpty, let headers = unsafe rd_kafka_headers_new(record.headers.count) else {
            return nil
        }
        for header in record.headers {
            _ = unsafe withBytes(of: header.value) { value, length in
                unsafe rd_kafka_header_add(headers, header.name, -1, value, length)
            }
        }
        return unsafe headers
    }
}

/// Lends a pointer that is nil only for nil: librdkafka tells an empty value from none by it.
private func withBytes<R>(of bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> R) -> R {
    guard let bytes else { return body(nil, 0) }
    guard !bytes.isEmpty else {
        var nothing: UInt8 = 0
        return unsafe withUnsafeBytes(of: &nothing) { unsafe body($0.baseAddress, 0) }
    }
    return unsafe bytes.withUnsafeBytes { unsafe body($0.baseAddress, $0.count) }
}
