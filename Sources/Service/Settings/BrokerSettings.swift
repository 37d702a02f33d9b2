/// Where the log is and what shape its topics have: read by every process that touches Kafka.
package struct BrokerSettings: Sendable {
    /// `host:port` of one or more brokers, with commas between.
    package let brokers: String
    /// Properties of librdkafka, by their own names.
    package let properties: [String: String]
    /// Whether this is the broker inside `apus up`, with its limits (design §3).
    package let isEmbedded: Bool
    /// How many partitions `monitoring-results` is created with; divides 48.
    package let resultsPartitions: Int
    /// How many replicas topics are created with; −1: the brokers' default.
    package let replication: Int

    /// Declares and reads them.
    package init(reading settings: inout SettingsReader) {
        self.brokers = settings.required(
            "KAFKA_BROKERS",
            .text,
            "The Kafka brokers to start from, as host:port with commas between."
        )
        self.properties = settings.kafkaProperties()
        self.isEmbedded = settings.value(
            "APUS_EMBEDDED_BROKER",
            .flag,
            default: false,
            "Whether the broker is the one inside apus up, which forgets and creates no topics."
        )
        let partitions = settings.value(
            "RESULTS_PARTITIONS",
            .integer(1...48),
            default: 48,
            "The partitions of monitoring-results when it is created; must divide 48. Fixed from then on."
        )
        if 48 % partitions != 0 {
            settings.complain(
                "RESULTS_PARTITIONS",
                expected: "a divisor of 48",
                found: "\(partitions)",
                remedy: "choose 1, 2, 3, 4, 6, 8, 12, 16, 24 or 48"
            )
        }
        self.resultsPartitions = Int(partitions)
        self.replication = Int(
            settings.value(
                "TOPIC_REPLICATION",
                .integer(-1...15),
                default: -1,
                "The replicas of the topics when they are created; -1: the brokers' default."
            )
        )
    }
}
