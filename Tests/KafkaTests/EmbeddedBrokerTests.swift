import Kafka
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EmbeddedBrokerTests {
    @Test func `records keep key, value, headers, partition and order`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("records", partitions: 3)
        let settings = KafkaSettings(brokers: broker.bootstrap, isEmbedded: true)
        let reports = Collected<DeliveryReport>()
        let producer = try Producer(settings, onDelivery: { reports.append($0) })
        try producer.send(
            OutgoingRecord(topic: "records", partition: 1, key: nil, value: Array("one".utf8), token: 7)
        )
        try producer.send(
            OutgoingRecord(
                topic: "records",
                partition: 1,
                key: Array("k".utf8),
                value: nil,
                headers: [.init("kind", "pulse"), .init("empty", nil)],
                token: 8
            )
        )
        #expect(producer.flush(milliseconds: 5000))
        #expect(reports.all.map(\.token) == [7, 8])
        #expect(reports.all.map(\.offset) == [0, 1])
        #expect(reports.all.allSatisfy { $0.error == nil && $0.topicPartition == TopicPartition("records", 1) })

        let consumer = try Consumer(settings, ConsumerOptions(membership: .none()))
        try consumer.assign([LogPosition("records", 1, offset: LogPosition.beginning)])
        let records = try consumer.read(2)
        #expect(records.map(\.value) == [Array("one".utf8), nil])
        #expect(records.map(\.key) == [nil, Array("k".utf8)])
        #expect(records[1].headers.map(\.name) == ["kind", "empty"])
        #expect(records[1].headers.map(\.value) == [Array("pulse".utf8), nil])
        #expect(consumer.close())
        #expect(producer.close(milliseconds: 1000))
    }
}
