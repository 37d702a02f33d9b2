/// Answers what a reader must know to tell whether a log is still the one it read before.
///
/// librdkafka 2.0.2 has no topic ids and goes on silently in a recreated topic, so that is told from the cluster's id,
/// the partition count, the ends, and the timestamp of the record read last (design §6). Make one, ask, let it go:
/// its answers are then never older than itself. For one thread.
package final class LogInspector {
    /// What identifies a record: two logs hardly have the same time at the same offset.
    package struct RecordMark: Sendable, Equatable {
        /// Where the record lies; later than asked when the record at the offset was compacted away.
        package let offset: Int64
        /// The record's timestamp in Unix milliseconds.
        package let timestamp: Int64
    }

    private let consumer: Consumer

    /// Makes a client of its own.
    package init(_ settings: KafkaSettings, log: @escaping KafkaLogHandler = { _ in }) throws(KafkaError) {
        self.consumer = try Consumer(settings, ConsumerOptions(membership: .none()), log: log)
    }

    /// The cluster's id.
    package func clusterID(milliseconds: Int = 5000) throws(KafkaError) -> String {
        try self.consumer.client.clusterID(milliseconds: milliseconds)
    }

    /// The number of a topic's partitions; nil when there is no such topic.
    package func partitionCount(of topic: String, milliseconds: Int = 5000) throws(KafkaError) -> Int? {
        try self.consumer.client.partitionCounts(milliseconds: milliseconds)[topic]
    }

    /// The ends of a partition.
    package func watermarks(
        of place: TopicPartition,
        milliseconds: Int = 5000
    ) throws(KafkaError) -> Watermarks {
        try self.consumer.watermarks(of: place, milliseconds: milliseconds)
    }

    /// The ends of many partitions at once; waits at most `milliseconds` for each end.
    package func watermarks(
        of places: some Collection<TopicPartition>,
        milliseconds: Int = 5000
    ) throws(KafkaError) -> [TopicPartition: Watermarks] {
        try self.consumer.watermarks(of: places, milliseconds: milliseconds)
    }

    /// Reads the record at each position, all together, at most `milliseconds` long.
    ///
    /// Left out are partitions where there is none: the offset is out of range, or the log ends there.
    /// Throws `timedOut` when the broker doesn't answer for one of them.
    package func records(
        at positions: [LogPosition],
        milliseconds: Int = 10_000
    ) throws(KafkaError) -> [TopicPartition: RecordMark] {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        var open: [TopicPartition: LogPosition] = [:]
        let marks = try self.watermarks(of: positions.map(\.topicPartition), milliseconds: milliseconds)
        for position in positions {
            guard let ends = marks[position.topicPartition], (ends.low..<ends.high).contains(position.offset)
            else { continue }
            open[position.topicPartition] = position
        }
        var records: [TopicPartition: RecordMark] = [:]
        guard !open.isEmpty else { return records }
        try self.consumer.assign(Array(open.values))
        while !open.isEmpty {
            guard ContinuousClock.now < deadline else {
                throw KafkaError(.timedOut, "reading records of \(open.keys.sorted())", isRetriable: true)
            }
            switch try self.consumer.poll(milliseconds: 50) {
            case .messages(let batch):
                batch.forEach { message in
                    guard open.removeValue(forKey: message.topicPartition) != nil else { return }
                    records[message.topicPartition] = RecordMark(offset: message.offset, timestamp: message.timestamp)
                }
            case .partitionFailed(let place, let error):
                guard error.code == .outOfRange else { throw error }
                open[place] = nil
            default:
                break
            }
        }
        try self.consumer.unassign()
        return records
    }
}
