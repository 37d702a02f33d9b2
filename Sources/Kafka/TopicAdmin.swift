import CRdKafka
import Glibc

/// Creates and describes topics.
///
/// Safe for all threads; each call waits for the broker.
package final class TopicAdmin: Sendable {
    /// A topic as it is to be made.
    package struct Topic: Sendable {
        /// The topic's name.
        package var name: String
        /// The number of partitions, at least 1.
        package var partitions: Int
        /// The number of replicas; −1: the broker's default.
        package var replication: Int
        /// The topic's own settings, such as `cleanup.policy`.
        package var configuration: [String: String]

        /// Describes a topic.
        package init(
            _ name: String,
            partitions: Int,
            replication: Int = -1,
            configuration: [String: String] = [:]
        ) {
            self.name = name
            self.partitions = partitions
            self.replication = replication
            self.configuration = configuration
        }
    }

    private let client: ClientHandle
    private let isEmbedded: Bool

    /// Makes a client; the broker need not be there yet.
    package init(_ settings: KafkaSettings) throws(KafkaError) {
        // A consumer, since a producer's questions about a topic may create it.
        let configuration = try settings.configuration(
            defaults: [("log_level", "2")],
            fixed: [("allow.auto.create.topics", "false")]
        )
        self.client = try configuration.makeClient(RD_KAFKA_CONSUMER)
        self.isEmbedded = settings.isEmbedded
    }

    /// Creates a topic; one that exists already is left as it is and counts as success.
    ///
    /// Waits, at most `milliseconds` more, until the leaders of all its partitions answer: a record that comes before
    /// them is refused for good by librdkafka.
    ///
    /// An embedded broker's topics are made by its host: there it only throws `unknownTopic` when the topic is missing.
    package func create(_ topic: Topic, milliseconds: Int = 10_000) throws(KafkaError) {
        guard !self.isEmbedded else {
            guard try self.partitionCount(of: topic.name, milliseconds: milliseconds) == nil else { return }
            throw KafkaError(.unknownTopic, "the embedded broker lacks the topic \(topic.name): its host creates them")
        }
        var reason = ""
        let new = unsafe withErrorText(&reason) { text, size in
            unsafe rd_kafka_NewTopic_new(topic.name, Int32(topic.partitions), Int32(topic.replication), text, size)
        }
        guard let new = unsafe new else { throw KafkaError(.invalidArgument, "the topic \(topic.name): \(reason)") }
        defer { unsafe rd_kafka_NewTopic_destroy(new) }
        for (name, value) in topic.configuration {
            _ = unsafe rd_kafka_NewTopic_set_config(new, name, value)
        }
        let request = AdminRequest(self.client, RD_KAFKA_ADMIN_OP_CREATETOPICS, milliseconds: milliseconds)
        var topics: [OpaquePointer?] = unsafe [new]
        unsafe rd_kafka_CreateTopics(self.client.raw, &topics, 1, request.options, request.queue)
        let action = "creating \(topic.name)"
        let event = try unsafe request.answer(while: action)
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        let isNew = try unsafe Self.check(results, count, accepting: .topicAlreadyExists, while: action)
        if isNew { self.awaitLeaders(of: topic, milliseconds: milliseconds) }
    }

    private func awaitLeaders(of topic: Topic, milliseconds: Int) {
        let places = (0..<Int32(topic.partitions)).map { TopicPartition(topic.name, $0) }
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < deadline {
            self.client.discardEvents()
            if (try? self.client.watermarks(of: places, milliseconds: 1_000))?.count == places.count { return }
            usleep(20_000)
        }
    }

    /// Deletes a topic and its records; one that does not exist counts as success.
    package func delete(_ name: String, milliseconds: Int = 10_000) throws(KafkaError) {
        guard let topic = unsafe rd_kafka_DeleteTopic_new(name) else { return }
        defer { unsafe rd_kafka_DeleteTopic_destroy(topic) }
        let request = AdminRequest(self.client, RD_KAFKA_ADMIN_OP_DELETETOPICS, milliseconds: milliseconds)
        var topics: [OpaquePointer?] = unsafe [topic]
        unsafe rd_kafka_DeleteTopics(self.client.raw, &topics, 1, request.options, request.queue)
        let action = "deleting \(name)"
        let event = try unsafe request.answer(while: action)
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let results = unsafe rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
        try unsafe Self.check(results, count, accepting: .unknownTopicOrPartition, while: action)
    }

    /// The number of a topic's partitions; nil when there is no such topic.
    package func partitionCount(of topic: String, milliseconds: Int = 10_000) throws(KafkaError) -> Int? {
        self.client.discardEvents()
        return try self.client.partitionCounts(milliseconds: milliseconds)[topic]
    }

    /// The cluster's id; another one at the same address means other logs.
    package func clusterID(milliseconds: Int = 10_000) throws(KafkaError) -> String {
        self.client.discardEvents()
        return try self.client.clusterID(milliseconds: milliseconds)
    }

    /// A topic's settings in force, such as `retention.ms` and `message.timestamp.type`; empty on an embedded broker.
    package func configuration(
        of topic: String,
        milliseconds: Int = 10_000
    ) throws(KafkaError) -> [String: String] {
        guard !self.isEmbedded else { return [:] }
        guard let resource = unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic) else { return [:] }
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let request = AdminRequest(self.client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, milliseconds: milliseconds)
        var resources: [OpaquePointer?] = unsafe [resource]
        unsafe rd_kafka_DescribeConfigs(self.client.raw, &resources, 1, request.options, request.queue)
        let action = "reading the settings of \(topic)"
        let event = try unsafe request.answer(while: action)
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let result = unsafe rd_kafka_event_DescribeConfigs_result(event)
        guard let answers = unsafe rd_kafka_DescribeConfigs_result_resources(result, &count), count > 0 else {
            return [:]
        }
        let code = unsafe rd_kafka_ConfigResource_error(answers[0])
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, while: action) }
        var configuration: [String: String] = [:]
        let entries = unsafe rd_kafka_ConfigResource_configs(answers[0], &count)
        for index in 0..<count {
            guard let entry = unsafe entries?[index],
                let name = unsafe rd_kafka_ConfigEntry_name(entry),
                let value = unsafe rd_kafka_ConfigEntry_value(entry)
            else { continue }
            unsafe configuration[String(cString: name)] = String(cString: value)
        }
        return configuration
    }

    /// Throws what went wrong but for `accepted`; returns whether nothing did.
    @discardableResult
    private static func check(
        _ results: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        accepting accepted: KafkaError.Code,
        while action: String
    ) throws(KafkaError) -> Bool {
        var isWhole = true
        for index in 0..<count {
            guard let result = unsafe results?[index] else { continue }
            let code = unsafe rd_kafka_topic_result_error(result)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { continue }
            isWhole = false
            if KafkaError.Code(code) == accepted { continue }
            let text = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
            throw KafkaError(code, while: "\(action): \(text ?? "")")
        }
        return isWhole
    }
}
