import CRdKafka

extension Consumer {
    /// The ends of a partition, asked of the broker; waits at most `milliseconds`.
    package func watermarks(
        of place: TopicPartition,
        milliseconds: Int = 5000
    ) throws(KafkaError) -> Watermarks {
        try self.client.watermarks(of: place, milliseconds: milliseconds)
    }

    /// The ends of many partitions at once, asked of the brokers; waits at most `milliseconds` for each end.
    package func watermarks(
        of places: some Collection<TopicPartition>,
        milliseconds: Int = 5000
    ) throws(KafkaError) -> [TopicPartition: Watermarks] {
        try self.client.watermarks(of: places, milliseconds: milliseconds)
    }

    /// The ends of an assigned partition as the last fetch saw them, without asking; nil before the first fetch.
    ///
    /// `high` minus the next offset to be read is the lag in records.
    package func knownWatermarks(of place: TopicPartition) -> Watermarks? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_get_watermark_offsets(
            self.client.raw,
            place.topic,
            place.partition,
            &low,
            &high
        )
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return Watermarks(low: low, high: high)
    }

    /// The first offset of each partition whose record is not older than `time` (Unix milliseconds), asked at once.
    ///
    /// A partition without such a record answers its end; on an embedded broker every answer is −1.
    package func offsets(
        for time: Int64,
        in partitions: some Collection<TopicPartition>,
        milliseconds: Int = 5000
    ) throws(KafkaError) -> [LogPosition] {
        try self.client.offsets(
            forTimes: partitions.map { LogPosition($0, offset: time) },
            milliseconds: milliseconds
        )
    }

    /// The offsets that the consumer's group has committed; partitions without one are left out.
    package func committed(
        _ partitions: some Collection<TopicPartition>,
        milliseconds: Int = 5000
    ) throws(KafkaError) -> [LogPosition] {
        let list = PartitionList(partitions)
        let code = unsafe rd_kafka_committed(self.client.raw, list.raw, Int32(clamping: milliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, while: "asking for offsets") }
        return list.positions.filter { $0.offset >= 0 }
    }
}
