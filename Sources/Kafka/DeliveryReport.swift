import CRdKafka

/// What became of a record that was sent.
package struct DeliveryReport: Sendable {
    /// Where it lies; the partition is −1 when none was chosen.
    package let topicPartition: TopicPartition
    /// Its offset; −1 when it was not written.
    package let offset: Int64
    /// Its time on the log in Unix milliseconds: the broker's where the topic has `LogAppendTime`, else the producer's.
    package let timestamp: Int64
    /// What the sender gave it.
    package let token: UInt64
    /// Why it was not written; nil: it is written and acknowledged by all replicas in sync.
    package let error: KafkaError?

    init(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        let code = unsafe message.pointee.err
        unsafe self.topicPartition = TopicPartition(topic, message.pointee.partition)
        unsafe self.offset = code == RD_KAFKA_RESP_ERR_NO_ERROR ? message.pointee.offset : -1
        unsafe self.timestamp = rd_kafka_message_timestamp(message, nil)
        unsafe self.token = UInt64(UInt(bitPattern: message.pointee._private))
        self.error = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, while: "writing to \(topic)")
    }

    /// The report of a record that librdkafka never saw.
    init(unsent record: OutgoingRecord, _ error: KafkaError) {
        self.topicPartition = TopicPartition(record.topic, record.partition ?? -1)
        self.offset = -1
        self.timestamp = -1
        self.token = record.token
        self.error = error
    }
}

/// Takes delivery reports in batches, on the producer's own thread: it must not block for long.
package typealias DeliveryHandler = @Sendable ([DeliveryReport]) -> Void
