import Kafka
import Synchronization
import TestServers
import Testing

/// The brokers on which a test runs: always the embedded one, and a real one where it is at hand.
enum TestBroker: String, CaseIterable, CustomTestStringConvertible {
    case embedded
    case real

    static var available: [Self] { RealKafka.isAvailable ? Self.allCases : [.embedded] }

    var testDescription: String { self.rawValue }

    /// A topic that nobody else uses, with the settings to reach it.
    func makeTopic(partitions: Int = 1, configuration: [String: String] = [:]) throws -> TestTopic {
        let name = "topic-\(UInt32.random(in: 0 ... .max))"
        switch self {
        case .embedded:
            let broker = try EmbeddedBroker()
            try broker.createTopic(name, partitions: partitions)
            let settings = KafkaSettings(brokers: broker.bootstrap, isEmbedded: true)
            return TestTopic(name: name, settings: settings, embedded: broker)
        case .real:
            let settings = KafkaSettings(brokers: try RealKafka.shared().bootstrap)
            try TopicAdmin(settings).create(
                TopicAdmin.Topic(name, partitions: partitions, configuration: configuration)
            )
            return TestTopic(name: name, settings: settings, embedded: nil)
        }
    }
}

/// A topic of a test's own.
struct TestTopic {
    let name: String
    let settings: KafkaSettings
    /// The broker, where it is the embedded one; kept alive by the topic.
    let embedded: EmbeddedBroker?

    func place(_ partition: Int32 = 0) -> TopicPartition {
        TopicPartition(self.name, partition)
    }

    func position(_ partition: Int32 = 0, _ offset: Int64 = LogPosition.beginning) -> LogPosition {
        LogPosition(self.name, partition, offset: offset)
    }

    /// Writes numbered values "0", "1" … and waits until they are acknowledged.
    func write(_ numbers: Range<Int>, partition: Int32 = 0) throws {
        let producer = try Producer(self.settings)
        for number in numbers {
            try producer.send(
                OutgoingRecord(topic: self.name, partition: partition, key: nil, value: bytes("\(number)"))
            )
        }
        try #require(producer.close(milliseconds: 15_000))
        try #require(producer.statistics.delivered == numbers.count)
    }

    func consumer(_ membership: ConsumerOptions.Membership = .none()) throws -> Consumer {
        try Consumer(self.settings, ConsumerOptions(membership: membership))
    }
}

func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

func texts(_ range: Range<Int>) -> [[UInt8]?] {
    range.map { bytes("\($0)") }
}
