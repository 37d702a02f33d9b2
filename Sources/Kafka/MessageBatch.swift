import CRdKafka

/// Records in the order in which they were polled: in a partition's order, partitions mixed.
///
/// Holds librdkafka's memory until it is released; not to be used by two threads at once. Batches should not be kept
/// for long: they hold the memory that the client's fetch queue counted as free again.
package final class MessageBatch {
    @safe private struct Element {
        let event: OpaquePointer
        let message: UnsafePointer<rd_kafka_message_t>
        let topicPartition: TopicPartition
    }

    // Declared before the elements' owner is gone: the client outlives its events.
    private let client: ClientHandle
    private var elements: [Element] = []

    init(client: ClientHandle) {
        self.client = client
    }

    deinit {
        for element in self.elements {
            unsafe rd_kafka_event_destroy(element.event)
        }
    }

    /// The number of records.
    package var count: Int { self.elements.count }

    /// Whether there are no records.
    package var isEmpty: Bool { self.elements.isEmpty }

    /// Lends each record in order.
    package func forEach<E>(_ body: (borrowing Message) throws(E) -> Void) throws(E) {
        for element in self.elements {
            let message = unsafe Message(borrowing: element.message, topicPartition: element.topicPartition)
            try body(message)
        }
    }

    /// Lends the record at `index` (0 ..< `count`).
    package func withMessage<R, E>(at index: Int, _ body: (borrowing Message) throws(E) -> R) throws(E) -> R {
        let element = self.elements[index]
        let message = unsafe Message(borrowing: element.message, topicPartition: element.topicPartition)
        return try body(message)
    }

    func append(event: OpaquePointer, message: UnsafePointer<rd_kafka_message_t>, topicPartition: TopicPartition) {
        unsafe self.elements.append(Element(event: event, message: message, topicPartition: topicPartition))
    }
}
