import Events
import Kafka

/// The topics as they are made (design §3): by the gateway, which no other process can do without.
enum Topics {
    private static let week = 7 * 86_400_000

    /// Creates what is missing; topics that exist are left as they are.
    static func create(_ admin: TopicAdmin, resultsPartitions: Int, replication: Int) throws(KafkaError) {
        let topics = [
            TopicAdmin.Topic(
                Topic.results,
                partitions: resultsPartitions,
                replication: replication,
                configuration: [
                    "cleanup.policy": "delete",
                    "retention.ms": String(self.week),
                    "message.timestamp.type": "LogAppendTime",
                ]
            ),
            TopicAdmin.Topic(
                Topic.monitors,
                partitions: Topic.shares,
                replication: replication,
                configuration: ["cleanup.policy": "compact"]
            ),
            TopicAdmin.Topic(
                Topic.settings,
                partitions: 1,
                replication: replication,
                configuration: ["cleanup.policy": "compact"]
            ),
        ]
        for topic in topics { try admin.create(topic) }
    }
}
