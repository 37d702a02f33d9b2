import Kafka

/// One look at the log through a client of its own, so that nothing of what it tells is from before.
struct LogInspection {
    private let inspector: LogInspector
    private let topic: String
    private let limit: Int
    /// The log as it is now.
    let identity: LogIdentity

    /// Asks for the cluster and the partition count; each question may take `limit` milliseconds.
    init(_ settings: KafkaSettings, topic: String, _ limit: Int) throws(KafkaError) {
        self.inspector = try LogInspector(settings)
        self.topic = topic
        self.limit = limit
        let cluster = try self.inspector.clusterID(milliseconds: limit)
        guard let count = try self.inspector.partitionCount(of: topic, milliseconds: limit) else {
            throw KafkaError(.unknownTopic, "there is no topic \(topic)", isRetriable: true)
        }
        self.identity = LogIdentity(clusterID: cluster, partitions: Int32(clamping: count))
    }

    /// How partitions look, with the timestamps of the records before the marks that are asked about.
    func views(_ questions: [(partition: Int32, marks: [ReadMark])]) throws(KafkaError) -> [Int32: LogView] {
        var views: [Int32: LogView] = [:]
        var offsets: [Int32: [Int64]] = [:]
        let places = questions.map { self.place($0.partition) }
        let watermarks = try self.inspector.watermarks(of: places, milliseconds: self.limit)
        for (partition, marks) in questions {
            guard let ends = watermarks[self.place(partition)] else { continue }
            views[partition] = LogView(identity: self.identity, start: ends.low, end: ends.high)
            let before = Set(marks.filter { $0.lastTimestamp != nil }.map { $0.next.offset - 1 })
            offsets[partition] = before.filter { $0 >= ends.low && $0 < ends.high }.sorted()
        }
        // One record of each partition at a time; more than one round only where memory and books differ.
        while true {
            var positions: [LogPosition] = []
            for (partition, rest) in offsets {
                guard let offset = rest.first else { continue }
                positions.append(LogPosition(self.topic, partition, offset: offset))
                offsets[partition] = Array(rest.dropFirst())
            }
            if positions.isEmpty { return views }
            let marks = try self.inspector.records(at: positions, milliseconds: self.limit)
            for position in positions {
                guard let mark = marks[position.topicPartition], mark.offset == position.offset else { continue }
                views[position.topicPartition.partition]?.timestamps[mark.offset] = mark.timestamp
            }
        }
    }

    private func place(_ partition: Int32) -> TopicPartition {
        TopicPartition(self.topic, partition)
    }
}
