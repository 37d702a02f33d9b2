/// Reads a whole topic from its beginning and follows it, for topics that hold settings (compacted ones).
///
/// For one thread.
package final class TopicReader {
    private let consumer: Consumer
    private let topic: String
    /// The next offset to be read in each partition.
    private var next: [TopicPartition: Int64] = [:]

    /// Makes a client of its own.
    package init(
        _ settings: KafkaSettings,
        topic: String,
        log: @escaping KafkaLogHandler = { _ in }
    ) throws(KafkaError) {
        self.topic = topic
        self.consumer = try Consumer(
            settings,
            ConsumerOptions(membership: .none()),
            announcesEnd: true,
            log: log
        )
    }

    /// Asks for the topic's end now and lends every record up to it that was not lent before; may lend later ones too.
    ///
    /// Throws `unknownTopic` when there is no such topic, `timedOut` after `milliseconds`, and what a partition fails
    /// with; after an error the next call goes on where this one stopped, and after `outOfRange` (the log lost what
    /// was not read yet), a change of the partition count or a log that became shorter at the beginning.
    package func readToEnd(
        milliseconds: Int = 10_000,
        _ body: (borrowing Message) -> Void
    ) throws(KafkaError) {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        let ends = try self.ends(milliseconds: milliseconds)
        try self.start(Set(ends.keys))
        while let place = ends.first(where: { self.position(of: $0.key) < $0.value })?.key {
            guard ContinuousClock.now < deadline else {
                throw KafkaError(.timedOut, "reading \(place) to its end", isRetriable: true)
            }
            switch try self.consumer.poll(milliseconds: 50) {
            case .messages(let batch):
                batch.forEach { message in
                    body(message)
                    self.next[message.topicPartition] = message.offset + 1
                }
            case .partitionFailed(_, let error):
                self.next = [:]
                throw error
            default:
                break
            }
        }
    }

    /// The offset after the last record of each partition; partitions without records are left out.
    private func ends(milliseconds: Int) throws(KafkaError) -> [TopicPartition: Int64] {
        let counts = try self.consumer.client.partitionCounts(milliseconds: milliseconds)
        guard let count = counts[self.topic] else {
            throw KafkaError(.unknownTopic, "there is no topic \(self.topic)", isRetriable: true)
        }
        var ends: [TopicPartition: Int64] = [:]
        let places = (0..<Int32(count)).map { TopicPartition(self.topic, $0) }
        for (place, marks) in try self.consumer.watermarks(of: places, milliseconds: milliseconds) {
            // A log that ends before what was read of it is another one.
            if marks.high < self.next[place] ?? 0 { self.next = [:] }
            ends[place] = marks.high > marks.low ? marks.high : 0
        }
        return ends
    }

    private func start(_ partitions: Set<TopicPartition>) throws(KafkaError) {
        guard Set(self.next.keys) != partitions else { return }
        try self.consumer.assign(partitions.map { LogPosition($0, offset: LogPosition.beginning) })
        self.next = Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) })
    }

    /// How far a partition was read; past compacted records at its end the consumer's word counts.
    private func position(of place: TopicPartition) -> Int64 {
        max(self.next[place] ?? 0, self.consumer.ends[place] ?? 0)
    }
}
