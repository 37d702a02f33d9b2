import CRdKafka

/// The single owner of a `rd_kafka_topic_partition_list_t`.
@safe struct PartitionList: ~Copyable {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>) {
        unsafe self.raw = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions {
            unsafe rd_kafka_topic_partition_list_add(self.raw, partition.topic, partition.partition)
        }
    }

    init(_ positions: some Collection<LogPosition>) {
        unsafe self.raw = rd_kafka_topic_partition_list_new(Int32(positions.count))
        for position in positions {
            let partition = position.topicPartition
            let entry = unsafe rd_kafka_topic_partition_list_add(self.raw, partition.topic, partition.partition)
            unsafe entry?.pointee.offset = position.offset
        }
    }

    init(taking raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        unsafe self.raw = raw
    }

    deinit {
        unsafe rd_kafka_topic_partition_list_destroy(self.raw)
    }

    /// The partitions in the list's order.
    var partitions: [TopicPartition] {
        unsafe Self.partitions(of: self.raw)
    }

    /// The positions in the list's order; entries with an error are left out.
    var positions: [LogPosition] {
        unsafe self.entries { entry -> LogPosition? in
            guard unsafe entry.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
            return unsafe LogPosition(String(cString: entry.topic), entry.partition, offset: entry.offset)
        }
    }

    /// The first error of an entry.
    func firstError(while action: String) -> KafkaError? {
        unsafe self.entries { entry -> KafkaError? in
            guard unsafe entry.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
            return unsafe KafkaError(
                entry.err,
                while: "\(action) \(String(cString: entry.topic))[\(entry.partition)]"
            )
        }.first
    }

    static func partitions(of raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        (0..<Int(unsafe raw.pointee.cnt)).map { index in
            let entry = unsafe raw.pointee.elems[index]
            return unsafe TopicPartition(String(cString: entry.topic), entry.partition)
        }
    }

    private func entries<T>(_ body: (rd_kafka_topic_partition_t) -> T?) -> [T] {
        (0..<Int(unsafe self.raw.pointee.cnt)).compactMap { unsafe body(self.raw.pointee.elems[$0]) }
    }
}
