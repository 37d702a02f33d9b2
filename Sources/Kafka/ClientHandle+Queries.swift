import CRdKafka

// Questions that any client can ask; each waits for the broker, at most the milliseconds given.
extension ClientHandle {
    /// The partition counts of all topics; asking for one by name could make it appear.
    func partitionCounts(milliseconds: Int) throws(KafkaError) -> [String: Int] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(self.raw, 1, nil, &metadata, Int32(clamping: milliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = unsafe metadata else {
            throw KafkaError(code, while: "asking for the topics")
        }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        var counts: [String: Int] = [:]
        for index in 0..<Int(unsafe metadata.pointee.topic_cnt) {
            let topic = unsafe metadata.pointee.topics[index]
            guard unsafe topic.partition_cnt > 0 else { continue }
            unsafe counts[String(cString: topic.topic)] = Int(topic.partition_cnt)
        }
        return counts
    }

    /// The cluster's id, asked anew.
    func clusterID(milliseconds: Int) throws(KafkaError) -> String {
        _ = try self.partitionCounts(milliseconds: milliseconds)
        guard let id = unsafe rd_kafka_clusterid(self.raw, Int32(clamping: milliseconds)) else {
            throw KafkaError(.timedOut, "asking for the cluster's id: no answer", isRetriable: true)
        }
        defer { unsafe rd_kafka_mem_free(self.raw, id) }
        return unsafe String(cString: id)
    }

    /// The first offset that the partition still has, and the one that will be written next.
    func watermarks(of place: TopicPartition, milliseconds: Int) throws(KafkaError) -> Watermarks {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            self.raw,
            place.topic,
            place.partition,
            &low,
            &high,
            Int32(clamping: milliseconds)
        )
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, while: "asking for the ends of \(place)")
        }
        return Watermarks(low: low, high: high)
    }

    /// The ends of many partitions, asked with two requests a broker: one partition after the other takes milliseconds each.
    func watermarks(
        of places: some Collection<TopicPartition>,
        milliseconds: Int
    ) throws(KafkaError) -> [TopicPartition: Watermarks] {
        guard !places.isEmpty else { return [:] }
        // ListOffsets knows the ends as times: -2 is the beginning, -1 the end.
        let ask = { (end: Int64) throws(KafkaError) -> [TopicPartition: Int64] in
            let answers = try self.offsets(
                forTimes: places.map { LogPosition($0, offset: end) },
                milliseconds: milliseconds
            )
            return Dictionary(answers.map { ($0.topicPartition, $0.offset) }) { $1 }
        }
        let lows = try ask(LogPosition.beginning)
        let highs = try ask(LogPosition.end)
        var marks: [TopicPartition: Watermarks] = [:]
        for (place, high) in highs {
            guard let low = lows[place], low >= 0, high >= low else {
                throw KafkaError(.timedOut, "asking for the ends of \(place): no answer", isRetriable: true)
            }
            marks[place] = Watermarks(low: low, high: high)
        }
        return marks
    }

    /// For each partition the first offset whose timestamp is not before the time given in place of an offset.
    func offsets(forTimes times: [LogPosition], milliseconds: Int) throws(KafkaError) -> [LogPosition] {
        let list = PartitionList(times)
        let code = unsafe rd_kafka_offsets_for_times(self.raw, list.raw, Int32(clamping: milliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, while: "asking for offsets") }
        if let error = list.firstError(while: "asking for offsets of") { throw error }
        return list.positions
    }
}
