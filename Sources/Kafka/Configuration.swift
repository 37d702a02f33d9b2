import CRdKafka

/// The single owner of a `rd_kafka_conf_t` until a client takes it.
@safe struct Configuration: ~Copyable {
    private let raw: OpaquePointer

    init() {
        unsafe self.raw = rd_kafka_conf_new()
    }

    deinit {
        unsafe rd_kafka_conf_destroy(self.raw)
    }

    /// Sets one property; the error carries librdkafka's own text.
    func set(_ name: String, _ value: String) throws(KafkaError) {
        var reason = ""
        let result = unsafe withErrorText(&reason) { text, size in
            unsafe rd_kafka_conf_set(self.raw, name, value, text, size)
        }
        guard result == RD_KAFKA_CONF_OK else {
            throw KafkaError(.invalidArgument, "the property \(name): \(reason)")
        }
    }

    /// Chooses what arrives on the client's queue instead of in callbacks.
    func enable(events: Int32) {
        unsafe rd_kafka_conf_set_events(self.raw, events)
    }

    /// Makes a client, which owns the configuration from then on; on failure it is freed here.
    consuming func makeClient(_ type: rd_kafka_type_t) throws(KafkaError) -> ClientHandle {
        var reason = ""
        let raw = unsafe self.raw
        discard self
        let client = unsafe withErrorText(&reason) { text, size in
            unsafe rd_kafka_new(type, raw, text, size)
        }
        guard let client = unsafe client else {
            unsafe rd_kafka_conf_destroy(raw)
            throw KafkaError(.invalidArgument, "the client can't be made: \(reason)")
        }
        return unsafe ClientHandle(taking: client, type: type)
    }
}

/// Lends a buffer for an error's text, and reads it.
func withErrorText<R>(_ text: inout String, _ body: (UnsafeMutablePointer<CChar>?, Int) -> R) -> R {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        unsafe buffer.initialize(repeating: 0)
        let result = unsafe body(buffer.baseAddress, buffer.count)
        if let base = buffer.baseAddress {
            unsafe text = String(cString: base)
        }
        return result
    }
}
