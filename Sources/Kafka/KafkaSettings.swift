/// How to reach a cluster: what every client of one process shares.
package struct KafkaSettings: Sendable {
    /// `host:port` of one or more brokers, separated by commas.
    package var brokers: String
    /// Properties of librdkafka passed through verbatim, such as `security.protocol`; they win over the defaults.
    ///
    /// Those that a client's correctness stands on (`enable.auto.commit`, `acks`, …) can't be set: making a client
    /// then throws `invalidArgument`.
    package var properties: [String: String]
    /// Whether the cluster is an `EmbeddedBroker`, with its limits.
    package var isEmbedded: Bool
    /// What the broker's logs call this client.
    package var clientID: String

    /// Describes a cluster.
    package init(
        brokers: String,
        properties: [String: String] = [:],
        isEmbedded: Bool = false,
        clientID: String = "apus"
    ) {
        self.brokers = brokers
        self.properties = properties
        self.isEmbedded = isEmbedded
        self.clientID = clientID
    }

    /// Makes a configuration: defaults, then the given properties, then what is fixed.
    func configuration(
        defaults: [(String, String)],
        fixed: [(String, String)]
    ) throws(KafkaError) -> Configuration {
        let configuration = Configuration()
        let common = [
            ("client.id", self.clientID),
            ("socket.timeout.ms", "10000"),
            ("socket.keepalive.enable", "true"),
            ("socket.nagle.disable", "true"),
            ("reconnect.backoff.max.ms", "2000"),
            // Soon, since a member of a group that joined before the topic was made has no partitions until then.
            ("topic.metadata.refresh.interval.ms", "5000"),
        ]
        for (name, value) in common + defaults {
            try configuration.set(name, value)
        }
        let constant = [("bootstrap.servers", self.brokers), ("log.queue", "true")] + fixed
        for (name, value) in self.properties.sorted(by: { $0.key < $1.key }) {
            if let (_, own) = constant.first(where: { $0.0 == name }), own != value {
                throw KafkaError(.invalidArgument, "the property \(name) is fixed to \"\(own)\": leave it out")
            }
            try configuration.set(name, value)
        }
        for (name, value) in constant {
            try configuration.set(name, value)
        }
        return configuration
    }
}
