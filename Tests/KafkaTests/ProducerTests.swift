import TestServers
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(5)))
struct ProducerTests {
    /// An address where nobody listens.
    private let nobody = KafkaSettings(brokers: "127.0.0.1:1")

    @Test func `a full queue is told, and closing reports what was not written`() throws {
        let reports = Collected<DeliveryReport>()
        let producer = try Producer(
            self.nobody,
            ProducerOptions(capacity: 5, window: 10),
            onDelivery: { reports.append($0) }
        )
        for number in 0..<15 {
            try producer.send(OutgoingRecord(topic: "t", key: nil, value: [], token: UInt64(number)))
        }
        #expect { try producer.send(OutgoingRecord(topic: "t", key: nil, value: [])) } throws: {
            ($0 as? KafkaError)?.code == .queueFull
        }
        #expect(producer.statistics == ProducerStatistics(queued: 15, waiting: 5))
        #expect(!producer.close(milliseconds: 50))
        #expect(Set(reports.all.map(\.token)) == Set(0..<15))
        #expect(reports.all.allSatisfy { $0.error?.code == .purged })
        #expect(producer.statistics == ProducerStatistics(failed: 15))
        #expect { try producer.send(OutgoingRecord(topic: "t", key: nil, value: [])) } throws: {
            ($0 as? KafkaError)?.code == .state
        }
    }

    @Test func `the oldest waiting record is dropped when the sender wants it so`() throws {
        let reports = Collected<DeliveryReport>()
        let producer = try Producer(
            self.nobody,
            ProducerOptions(capacity: 5, window: 10, whenFull: .dropOldest),
            onDelivery: { reports.append($0) }
        )
        for number in 0..<18 {
            try producer.send(OutgoingRecord(topic: "t", key: nil, value: [], token: UInt64(number)))
        }
        #expect(eventually { reports.all.count == 3 })
        #expect(reports.all.map(\.token) == [10, 11, 12])
        #expect(reports.all.allSatisfy { $0.error?.code == .queueFull })
        #expect(producer.statistics == ProducerStatistics(queued: 15, waiting: 5, dropped: 3))
    }

    @Test func `nothing is lost or out of order while the embedded broker is away`() throws {
        let topic = try TestBroker.embedded.makeTopic()
        let embedded = try #require(topic.embedded)
        try self.outage(topic, away: embedded.goDown, back: embedded.comeUp)
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `nothing is lost or out of order while a real broker is killed`() throws {
        let kafka = try RealKafka()
        defer { kafka.stop() }
        let settings = KafkaSettings(brokers: kafka.bootstrap)
        try TopicAdmin(settings).create(TopicAdmin.Topic("outage", partitions: 1))
        let topic = TestTopic(name: "outage", settings: settings, embedded: nil)
        try self.outage(topic, away: { kafka.kill() }, back: { try kafka.restart() })
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `of three nodes one may die, and with two dead records wait`() throws {
        let kafka = try RealKafka(nodes: 3)
        defer { kafka.stop() }
        let settings = KafkaSettings(brokers: kafka.bootstrap)
        try TopicAdmin(settings).create(TopicAdmin.Topic("three", partitions: 3))
        let producer = try Producer(settings)
        func records(_ value: String) -> [OutgoingRecord] {
            (0..<3).map { OutgoingRecord(topic: "three", partition: $0, key: nil, value: bytes(value)) }
        }
        #expect(try producer.deliver(records("all"), milliseconds: 15_000).allSatisfy { $0.error == nil })
        kafka.kill(3)
        #expect(try producer.deliver(records("two"), milliseconds: 20_000).allSatisfy { $0.error == nil })
        kafka.kill(2)
        #expect { try producer.deliver(records("one"), milliseconds: 500) } throws: {
            ($0 as? KafkaError)?.code == .timedOut
        }
        try kafka.restart(2)
        #expect(producer.flush(milliseconds: 30_000))
        #expect(producer.statistics == ProducerStatistics(delivered: 9))
    }

    private func outage(_ topic: TestTopic, away: () throws -> Void, back: () throws -> Void) throws {
        // A small window, so that the queue in front is used too.
        let producer = try Producer(topic.settings, ProducerOptions(window: 100))
        func send(_ numbers: Range<Int>) throws {
            for number in numbers {
                try producer.send(
                    OutgoingRecord(topic: topic.name, partition: 0, key: nil, value: bytes("\(number)"))
                )
            }
        }
        try send(0..<300)
        try away()
        try send(300..<1000)
        #expect(!producer.flush(milliseconds: 300))
        #expect(producer.statistics.queued > 0)
        try back()
        #expect(producer.flush(milliseconds: 20_000))
        #expect(producer.statistics == ProducerStatistics(delivered: 1000))
        let consumer = try topic.consumer()
        try consumer.assign([topic.position()])
        // Records whose acknowledgement got lost are there twice: first appearances are in order and complete.
        var seen: [Int] = []
        let deadline = ContinuousClock.now + .seconds(20)
        while seen.count < 1000, ContinuousClock.now < deadline {
            for record in try consumer.read(1, seconds: 1) {
                let number = Int(String(decoding: record.value ?? [], as: UTF8.self)) ?? -1
                if number > seen.last ?? -1 { seen.append(number) }
            }
        }
        #expect(seen == Array(0..<1000))
    }

    @Test func `an unknown partition is refused at once once the topic is known`() throws {
        let topic = try TestBroker.embedded.makeTopic(partitions: 2)
        let producer = try Producer(topic.settings)
        try producer.send(OutgoingRecord(topic: topic.name, partition: 1, key: nil, value: [1]))
        #expect(producer.flush(milliseconds: 10_000))
        let stray = OutgoingRecord(topic: topic.name, partition: 2, key: nil, value: [1], headers: [.init("a", "b")])
        #expect { try producer.send(stray) } throws: { ($0 as? KafkaError)?.code == .unknownPartition }
    }

    @Test func `a sender can wait for the acknowledgements of its records`() throws {
        let topic = try TestBroker.embedded.makeTopic(partitions: 2)
        let others = Collected<DeliveryReport>()
        let producer = try Producer(topic.settings, onDelivery: { others.append($0) })
        let records = (0..<4).map {
            OutgoingRecord(topic: topic.name, partition: Int32($0 % 2), key: nil, value: bytes("\($0)"))
        }
        let reports = try producer.deliver(records, milliseconds: 10_000)
        #expect(reports.map(\.topicPartition.partition) == [0, 1, 0, 1])
        #expect(reports.map(\.offset) == [0, 0, 1, 1])
        #expect(others.all.isEmpty)
        topic.embedded?.goDown()
        #expect { try producer.deliver(records, milliseconds: 50) } throws: {
            ($0 as? KafkaError)?.code == .timedOut
        }
        topic.embedded?.comeUp()
        #expect(producer.flush(milliseconds: 15_000))
        #expect(producer.statistics == ProducerStatistics(delivered: 8))
    }

    @Test func `a bad property is named with the reason`() throws {
        func error(_ name: String, _ value: String) -> KafkaError? {
            var settings = self.nobody
            settings.properties = [name: value]
            do throws(KafkaError) {
                _ = try Producer(settings)
                return nil
            } catch {
                return error
            }
        }
        #expect(error("no.such.property", "1")?.text.contains("No such configuration property") == true)
        #expect(error("linger.ms", "soon")?.text.contains("linger.ms") == true)
        #expect(error("acks", "1")?.text.contains("fixed to \"all\"") == true)
        #expect(error("linger.ms", "7") == nil)
    }

    @Test func `the log reaches its handler`() throws {
        let lines = Collected<KafkaLogLine>()
        let producer = try Producer(self.nobody, log: { lines.append([$0]) })
        #expect(eventually { lines.all.contains { $0.level == 3 && $0.text.contains("Connection refused") } })
        producer.close(milliseconds: 0)
    }
}
