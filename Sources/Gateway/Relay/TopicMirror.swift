import Events
import Kafka
import Postgres

/// One compacted topic, read back all the time and compared with its table on the relay's thread.
final class TopicMirror {
    private let topic: String
    private let settings: KafkaSettings
    private var reader: TopicReader
    private var inspector: LogInspector
    private var image = TopicImage()

    /// Begins at the topic's beginning.
    init(_ topic: String, _ settings: KafkaSettings) throws(KafkaError) {
        self.topic = topic
        self.settings = settings
        self.reader = try TopicReader(settings, topic: topic)
        self.inspector = try LogInspector(settings)
    }

    /// Reads the topic to its end and says what must be told again; `table` was read before.
    func compare(
        table: [String: Reconciliation.Row],
        pending: Set<String>
    ) throws(KafkaError) -> Reconciliation {
        var ends = try self.ends()
        if self.image.forgetRecreated(ends) {
            self.reader = try TopicReader(self.settings, topic: self.topic)
            self.image = TopicImage()
            ends = try self.ends()
        }
        do throws(KafkaError) {
            try self.reader.readToEnd(milliseconds: 5_000) { message in
                self.image.observe(
                    key: String(decoding: message.key ?? [], as: UTF8.self),
                    value: message.value,
                    partition: message.topicPartition.partition,
                    offset: message.offset
                )
            }
        } catch  where error.code == .outOfRange {
            // The front left the log before it was read: what remains is read from its beginning next time.
            self.image = TopicImage()
            throw error
        }
        return Reconciliation(
            table: table,
            image: self.image,
            pending: pending,
            endangered: self.settings.isEmbedded ? self.image.endangered(ends) : []
        )
    }

    private func ends() throws(KafkaError) -> [Int32: Watermarks] {
        guard let count = try self.inspector.partitionCount(of: self.topic) else {
            throw KafkaError(.unknownTopic, "there is no topic \(self.topic) yet", isRetriable: true)
        }
        let places = (0..<Int32(count)).map { TopicPartition(self.topic, $0) }
        let marks = try self.inspector.watermarks(of: places)
        return Dictionary(uniqueKeysWithValues: marks.map { ($0.key.partition, $0.value) })
    }
}
