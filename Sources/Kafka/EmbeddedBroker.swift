import CRdKafka

/// A broker inside this process, for one machine and for tests: librdkafka's mock cluster, on 127.0.0.1 only.
///
/// Measured limits (design §3): 5 MiB a partition, then the front is dropped; nothing is compacted and nothing is on
/// disk; each fetch scans its partition; topics come only from `createTopic` (an unknown one that a client asks for
/// by name appears with 4 partitions); a join takes 3–5 s, a takeover the session timeout + 2 s; static members are
/// treated as others; delivery reports carry the timestamp 1234 and records the producer's clock; `offsets(for:)`
/// a time answers −1.
///
/// `@unchecked Sendable`: the mock cluster serialises its calls on a thread of its own.
@safe package final class EmbeddedBroker: @unchecked Sendable {
    private let client: ClientHandle
    private let cluster: OpaquePointer
    /// How many brokers the cluster pretends to have.
    package let brokers: Int

    /// Starts a cluster that listens on ports of the kernel's choice.
    package init(brokers: Int = 1) throws(KafkaError) {
        let configuration = Configuration()
        try configuration.set("client.id", "embedded-broker")
        try configuration.set("log.queue", "true")
        self.client = try configuration.makeClient(RD_KAFKA_PRODUCER)
        guard let cluster = unsafe rd_kafka_mock_cluster_new(self.client.raw, Int32(brokers)) else {
            throw KafkaError(.state, "the embedded broker can't listen on 127.0.0.1")
        }
        unsafe self.cluster = cluster
        self.brokers = brokers
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(self.cluster)
    }

    /// The addresses for `KafkaSettings.brokers`.
    package var bootstrap: String {
        unsafe rd_kafka_mock_cluster_bootstraps(self.cluster).map { unsafe String(cString: $0) } ?? ""
    }

    /// Makes a topic; throws `topicAlreadyExists` when it is there.
    package func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        let code = unsafe rd_kafka_mock_topic_create(self.cluster, name, Int32(partitions), Int32(self.brokers))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, while: "creating \(name)") }
    }

    /// Cuts all connections and refuses new ones, for tests of an outage; what it holds stays.
    package func goDown() {
        for broker in 1...Int32(self.brokers) {
            unsafe rd_kafka_mock_broker_set_down(self.cluster, broker)
        }
    }

    /// Ends `goDown`.
    package func comeUp() {
        for broker in 1...Int32(self.brokers) {
            unsafe rd_kafka_mock_broker_set_up(self.cluster, broker)
        }
    }

    /// Answers each request `milliseconds` later, for tests of a slow broker.
    package func delayAnswers(milliseconds: Int) {
        for broker in 1...Int32(self.brokers) {
            unsafe rd_kafka_mock_broker_set_rtt(self.cluster, broker, Int32(milliseconds))
        }
    }

    /// Answers everything about a topic with an error (nil: no longer), for tests of a deleted topic.
    package func failTopic(_ name: String, with code: KafkaError.Code?) {
        unsafe rd_kafka_mock_topic_set_error(self.cluster, name, rd_kafka_resp_err_t(code?.rawValue ?? 0))
    }

    /// Answers the next requests of one kind with these errors, for tests.
    ///
    /// `request` is the API key of Kafka's protocol: 0 produce, 1 fetch, 2 list offsets, 8 commit, 11 join.
    package func failRequests(_ request: Int16, with codes: [KafkaError.Code]) {
        let errors = codes.map { rd_kafka_resp_err_t($0.rawValue) }
        unsafe errors.withUnsafeBufferPointer { errors in
            unsafe rd_kafka_mock_push_request_errors_array(self.cluster, request, errors.count, errors.baseAddress)
        }
    }
}
