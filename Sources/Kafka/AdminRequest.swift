import CRdKafka

/// The options and the answer's queue of one request of the admin API.
@safe struct AdminRequest: ~Copyable {
    let options: OpaquePointer?
    let queue: OpaquePointer?
    private let milliseconds: Int32
    // The queue holds memory of the client.
    private let client: ClientHandle

    init(_ client: ClientHandle, _ operation: rd_kafka_admin_op_t, milliseconds: Int) {
        client.discardEvents()
        self.client = client
        self.milliseconds = Int32(clamping: milliseconds)
        unsafe self.queue = rd_kafka_queue_new(client.raw)
        unsafe self.options = rd_kafka_AdminOptions_new(client.raw, operation)
        unsafe rd_kafka_AdminOptions_set_request_timeout(self.options, self.milliseconds, nil, 0)
    }

    deinit {
        unsafe rd_kafka_AdminOptions_destroy(self.options)
        unsafe rd_kafka_queue_destroy(self.queue)
    }

    /// Waits for the answer, which the caller destroys.
    func answer(while action: String) throws(KafkaError) -> OpaquePointer {
        // A second more than the request itself has, whose own error says more than ours.
        guard let event = unsafe rd_kafka_queue_poll(self.queue, self.milliseconds &+ 1000) else {
            throw KafkaError(.timedOut, "\(action): no answer", isRetriable: true)
        }
        let code = unsafe rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) } ?? ""
            unsafe rd_kafka_event_destroy(event)
            throw KafkaError(code, while: "\(action): \(text)")
        }
        return unsafe event
    }
}
