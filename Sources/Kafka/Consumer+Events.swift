import CRdKafka
import Glibc

extension Consumer {
    /// Moves a fetched record into the batch, which destroys the event later.
    func take(_ event: OpaquePointer, into batch: MessageBatch) {
        guard let message = unsafe rd_kafka_event_message_next(event) else {
            unsafe rd_kafka_event_destroy(event)
            return
        }
        let partition = unsafe TopicPartition(self.topicName(message.pointee.rkt), message.pointee.partition)
        unsafe batch.append(event: event, message: message, topicPartition: partition)
    }

    /// Turns an event that is not a record into what the caller is told, and destroys it.
    func read(_ event: OpaquePointer) -> ConsumerEvent? {
        defer { unsafe rd_kafka_event_destroy(event) }
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE:
            return unsafe self.readRebalance(event)
        case RD_KAFKA_EVENT_ERROR:
            return unsafe self.readError(event)
        case RD_KAFKA_EVENT_LOG:
            if let line = unsafe KafkaLogLine(event: event) { self.log(line) }
            return nil
        default:
            return nil
        }
    }

    private func readRebalance(_ event: OpaquePointer) -> ConsumerEvent? {
        let partitions = unsafe rd_kafka_event_topic_partition_list(event).map {
            unsafe PartitionList.partitions(of: $0)
        }
        switch unsafe rd_kafka_event_error(event) {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            return .assigned(partitions ?? [])
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            return .revoked(partitions ?? [], lost: unsafe rd_kafka_assignment_lost(self.client.raw) != 0)
        case let code:
            // Cannot be used for reading: librdkafka wants the assignment given up.
            _ = unsafe rd_kafka_assign(self.client.raw, nil)
            return .failed(KafkaError(code, while: "rebalancing"))
        }
    }

    private func readError(_ event: OpaquePointer) -> ConsumerEvent? {
        let code = unsafe rd_kafka_event_error(event)
        let reason = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) } ?? ""
        let partition = unsafe rd_kafka_event_topic_partition(event)
        defer { if let partition = unsafe partition { unsafe rd_kafka_topic_partition_destroy(partition) } }
        if let partition = unsafe partition {
            let place = unsafe TopicPartition(String(cString: partition.pointee.topic), partition.pointee.partition)
            if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                unsafe self.ends[place] = partition.pointee.offset
                return nil
            }
            if place.partition >= 0 {
                return .partitionFailed(place, KafkaError(code, while: "\(place): \(reason)"))
            }
            return .failed(KafkaError(code, while: "\(place.topic): \(reason)"))
        }
        if let fatal = self.client.fatalError { return .failed(fatal) }
        return .failed(KafkaError(code, while: reason))
    }

    /// Throws what ends the client, hands on the rest.
    static func checked(_ event: ConsumerEvent) throws(KafkaError) -> ConsumerEvent {
        if case .failed(let error) = event, error.isFatal { throw error }
        return event
    }

    private func topicName(_ topic: OpaquePointer?) -> String {
        guard let name = unsafe rd_kafka_topic_name(topic) else { return "" }
        if let known = self.topicNames.first(where: { unsafe strcmp($0, name) == 0 }) { return known }
        let new = unsafe String(cString: name)
        self.topicNames.append(new)
        return new
    }
}
