import Events
import Kafka
import Service

/// An embedded broker with the three topics, as `apus up` makes it, and a producer to fill it.
struct EmbeddedLog {
    let broker: EmbeddedBroker
    let producer: Producer

    init() throws {
        self.broker = try EmbeddedBroker()
        try self.broker.createTopic(Topic.results, partitions: Topic.embeddedPartitions)
        try self.broker.createTopic(Topic.monitors, partitions: Topic.shares)
        try self.broker.createTopic(Topic.settings, partitions: 1)
        self.producer = try Producer(
            KafkaSettings(brokers: self.broker.bootstrap, isEmbedded: true, clientID: "bench")
        )
    }

    /// What a process needs in order to find it.
    var variables: [String: String] {
        [
            "KAFKA_BROKERS": self.broker.bootstrap,
            "APUS_EMBEDDED_BROKER": "true",
            "RESULTS_PARTITIONS": "\(Topic.embeddedPartitions)",
        ]
    }

    /// Writes definitions into `monitors`.
    func define(_ monitors: [Monitor]) throws {
        let records = monitors.map { monitor in
            var value: [UInt8] = []
            monitor.encode(into: &value)
            return OutgoingRecord(topic: Topic.monitors, key: Array("\(monitor.id)".utf8), value: value)
        }
        try self.deliver(records)
    }

    /// Writes records and waits for the acknowledgements.
    func deliver(_ records: [OutgoingRecord]) throws {
        for start in stride(from: 0, to: records.count, by: 5_000) {
            let part = Array(records[start..<min(start + 5_000, records.count)])
            let reports = try self.producer.deliver(part, milliseconds: 30_000)
            if let error = reports.lazy.compactMap(\.error).first { throw error }
        }
    }

    /// Writes what the pingers of a region would say of its shares.
    func pulse(_ region: String) throws {
        let now = WallClock.millis
        try self.deliver(
            (0..<Topic.shares).map { share in
                var value: [UInt8] = []
                Pulse(region: region, share: share, time: now, pinger: region).encode(into: &value)
                return OutgoingRecord(
                    topic: Topic.results,
                    partition: Int32(Partitioning.partition(ofShare: share, count: Topic.embeddedPartitions)),
                    key: nil,
                    value: value,
                    headers: [OutgoingRecord.Header(Topic.kindHeader, "pulse")]
                )
            }
        )
    }
}
