import TestServers
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(5)))
struct LogTests {
    @Test(arguments: TestBroker.available)
    func `a topic is read to the end asked for, and then on`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic(partitions: 3)
        try topic.write(0..<20, partition: 0)
        try topic.write(20..<30, partition: 2)
        let reader = try TopicReader(topic.settings, topic: topic.name)
        var values: Set<String> = []
        func read() throws {
            try reader.readToEnd { message in
                values.insert(String(decoding: message.value ?? [], as: UTF8.self))
            }
        }
        try read()
        #expect(values == Set((0..<30).map { "\($0)" }))
        values = []
        try read()
        #expect(values.isEmpty)
        try topic.write(30..<33, partition: 1)
        try read()
        #expect(values == ["30", "31", "32"])
    }

    @Test(arguments: TestBroker.available)
    func `records are marked, and what is not there is left out`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic(partitions: 3)
        try topic.write(0..<5)
        try topic.write(0..<5, partition: 1)
        let inspector = try LogInspector(topic.settings)
        #expect(try inspector.partitionCount(of: topic.name) == 3)
        #expect(try inspector.partitionCount(of: "no-\(topic.name)") == nil)
        #expect(try !inspector.clusterID().isEmpty)
        #expect(try inspector.watermarks(of: topic.place()) == Watermarks(low: 0, high: 5))
        #expect(try inspector.watermarks(of: [topic.place()]) == [topic.place(): Watermarks(low: 0, high: 5)])
        let marks = try inspector.records(
            at: [topic.position(0, 4), topic.position(1, 5), topic.position(2, 0)]
        )
        #expect(marks.keys.map(\.partition) == [0])
        let consumer = try topic.consumer()
        try consumer.assign([topic.position(0, 4)])
        let record = try #require(try consumer.read(1).first)
        #expect(marks[topic.place()]?.offset == 4)
        #expect(marks[topic.place()]?.timestamp == record.timestamp)
    }

    @Test func `topics of the embedded broker come from its host`() throws {
        let topic = try TestBroker.embedded.makeTopic(partitions: 3)
        let admin = try TopicAdmin(topic.settings)
        try admin.create(TopicAdmin.Topic(topic.name, partitions: 3))
        #expect { try admin.create(TopicAdmin.Topic("other", partitions: 3)) } throws: {
            ($0 as? KafkaError)?.code == .unknownTopic
        }
        #expect(try admin.configuration(of: topic.name).isEmpty)
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `a topic is created once, described and deleted`() throws {
        let topic = try TestBroker.real.makeTopic(
            partitions: 5,
            configuration: ["retention.ms": "604800000", "message.timestamp.type": "LogAppendTime"]
        )
        let admin = try TopicAdmin(topic.settings)
        try admin.create(TopicAdmin.Topic(topic.name, partitions: 7))
        #expect(try admin.partitionCount(of: topic.name) == 5)
        let configuration = try admin.configuration(of: topic.name)
        #expect(configuration["retention.ms"] == "604800000")
        #expect(configuration["message.timestamp.type"] == "LogAppendTime")
        #expect { try admin.create(TopicAdmin.Topic("bad name!", partitions: 1)) } throws: { $0 is KafkaError }
        try admin.delete(topic.name)
        #expect(eventually { (try? admin.partitionCount(of: topic.name)) == .some(nil) })
        try admin.delete(topic.name)
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `a deleted topic is told, and a recreated one has other records`() throws {
        let topic = try TestBroker.real.makeTopic()
        try topic.write(0..<5)
        let before = try LogInspector(topic.settings).records(at: [topic.position(0, 2)])
        var settings = topic.settings
        settings.properties = ["topic.metadata.refresh.interval.ms": "500"]
        let consumer = try Consumer(settings, ConsumerOptions(membership: .none()))
        try consumer.assign([topic.position()])
        #expect(try consumer.read(5).count == 5)
        let admin = try TopicAdmin(topic.settings)
        try admin.delete(topic.name)
        let failure = try consumer.wait { if case .partitionFailed = $0 { true } else { false } }
        guard case .partitionFailed(_, let error)? = failure else {
            Issue.record("the deletion was not told")
            return
        }
        #expect([.unknownTopic, .unknownPartition, .unknownTopicOrPartition].contains(error.code))
        #expect(
            eventually {
                (try? admin.create(TopicAdmin.Topic(topic.name, partitions: 1))) != nil
                    && (try? admin.partitionCount(of: topic.name)) == 1
            }
        )
        try topic.write(0..<5)
        let after = try LogInspector(topic.settings).records(at: [topic.position(0, 2)])
        #expect(before != after)
        consumer.close()
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `another cluster at the same address has another id`() throws {
        let kafka = try RealKafka()
        defer { kafka.stop() }
        let settings = KafkaSettings(brokers: kafka.bootstrap)
        let before = try LogInspector(settings).clusterID()
        let longLived = try TopicAdmin(settings)
        #expect(try longLived.clusterID() == before)
        try kafka.replace(clusterID: "YW5vdGhlci1jbHVzdGVyMQ")
        #expect(try LogInspector(settings).clusterID(milliseconds: 20_000) == "YW5vdGhlci1jbHVzdGVyMQ")
        #expect(eventually { (try? longLived.clusterID()) == "YW5vdGhlci1jbHVzdGVyMQ" })
    }
}
