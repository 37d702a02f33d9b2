package import Kafka

/// What a ``Runner`` reads, as whom, and where its books are.
package struct RunnerOptions: Sendable {
    /// How to reach the cluster.
    package var kafka: KafkaSettings
    /// The topic that is read.
    package var topic: String
    /// The consumer group, which shares the partitions and shows the lag to Kafka's tools.
    package var group: String
    /// The static member's id (`INSTANCE_ID`); `nil`: a dynamic member.
    package var instanceID: String?
    /// Who this is, in `positions` and logs: the instance id, or host and process.
    package var instance: String
    /// Whether all partitions are read without joining the group, until somebody fences this runner (design §6).
    package var withoutGroup: Bool
    /// The books: a libpq URL.
    package var databaseURL: String
    /// The limit of one statement, COMMIT included, and of connecting.
    package var statementTimeout: Duration
    /// How long a statement of a round may keep the log waiting at first; it grows up to ``statementTimeout`` while
    /// PostgreSQL is slower than that; `nil`: as long from the beginning.
    package var roundPatience: Duration?
    /// The least time between the beginnings of two rounds in milliseconds; urgent ones don't wait.
    package var roundInterval: Int64
    /// Records pending for the books after which a round does not wait either, at most.
    package var roundRecords: Int
    /// Bytes pending for the books after which a round does not wait either.
    package var roundBytes: Int
    /// After how many milliseconds a partition that somebody else took is taken back, if the group still gives it to us.
    package var retakeAfter: Int64
    /// How long a silent member keeps its partitions in milliseconds; `nil`: the Kafka wrapper's choice.
    package var sessionTimeout: Int?

    /// Describes a runner; the rest has the defaults of design §6.
    package init(
        kafka: KafkaSettings,
        topic: String,
        group: String,
        instance: String,
        databaseURL: String,
        instanceID: String? = nil,
        withoutGroup: Bool = false
    ) {
        self.kafka = kafka
        self.topic = topic
        self.group = group
        self.instance = instance
        self.databaseURL = databaseURL
        self.instanceID = instanceID
        self.withoutGroup = withoutGroup
        self.statementTimeout = .seconds(5)
        self.roundPatience = nil
        self.roundInterval = 100
        self.roundRecords = 100_000
        self.roundBytes = 64 << 20
        self.retakeAfter = 10_000
        self.sessionTimeout = nil
    }
}
