import Kafka

/// Pauses and resumes fetching, never polling, while a projection's volatile effects pile up.
struct BackPressure {
    private(set) var isPausing = false
    private var paused: Set<TopicPartition> = []

    /// New assignments begin unpaused.
    mutating func reset() {
        self.paused = []
    }

    /// Brings the consumer's partitions in line; `partitions` are those that are assigned to it now.
    mutating func update(
        isCongested: Bool,
        partitions: @autoclosure () -> [TopicPartition],
        consumer: Consumer
    ) throws(KafkaError) {
        guard isCongested || self.isPausing else { return }
        self.isPausing = isCongested
        if isCongested {
            let new = Set(partitions()).subtracting(self.paused)
            guard !new.isEmpty else { return }
            try consumer.pause(new)
            self.paused.formUnion(new)
        } else {
            let present = self.paused.intersection(partitions())
            self.paused = []
            if !present.isEmpty { try consumer.resume(present) }
        }
    }
}
