import Kafka
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RecordTests {
    @Test(arguments: TestBroker.available)
    func `records keep key, value, headers, partition, order and time`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic(
            partitions: 3,
            configuration: ["message.timestamp.type": "LogAppendTime"]
        )
        let reports = Collected<DeliveryReport>()
        let producer = try Producer(topic.settings, onDelivery: { reports.append($0) })
        try producer.send(OutgoingRecord(topic: topic.name, partition: 1, key: nil, value: bytes("one"), token: 7))
        let headers = [OutgoingRecord.Header("kind", "pulse"), .init("none", nil), .init("empty", "")]
        try producer.send(
            OutgoingRecord(topic: topic.name, partition: 1, key: bytes("k"), value: nil, headers: headers, token: 8)
        )
        try producer.send(OutgoingRecord(topic: topic.name, partition: 1, key: bytes("k"), value: [], token: 9))
        #expect(producer.close(milliseconds: 10_000))
        #expect(reports.all.map(\.token) == [7, 8, 9])
        #expect(reports.all.map(\.offset) == [0, 1, 2])
        #expect(reports.all.allSatisfy { $0.error == nil && $0.topicPartition == topic.place(1) })

        let consumer = try topic.consumer()
        try consumer.assign([topic.position(1)])
        let records = try consumer.read(3)
        try #require(records.count == 3)
        #expect(records.map(\.value) == [bytes("one"), nil, []])
        #expect(records.map(\.key) == [nil, bytes("k"), bytes("k")])
        #expect(records.map(\.offset) == [0, 1, 2])
        #expect(records[1].headers.map(\.name) == ["kind", "none", "empty"])
        #expect(records[1].headers.map(\.value) == [bytes("pulse"), nil, []])
        #expect(records[1].kind == "pulse")
        #expect(records[0].kind == nil)
        switch broker {
        case .real:
            #expect(records.allSatisfy { $0.timestampType == .logAppendTime })
            #expect(reports.all.map(\.timestamp) == records.map(\.timestamp))
        case .embedded:
            #expect(records.allSatisfy { $0.timestampType == .createTime && $0.timestamp > 1_700_000_000_000 })
            #expect(reports.all.allSatisfy { $0.timestamp == 1234 })
        }
        #expect(consumer.close())
    }

    @Test(arguments: TestBroker.available)
    func `a key goes to the partition that Java's client chooses, in order`(_ broker: TestBroker) throws {
        // murmur2 of these keys as in the tests of Apache Kafka's Utils.
        let hashes: [(String, UInt32)] = [
            ("kafka", 0xd067_cf64), ("giberish123456789", 0x8f55_2b0c), ("1234", 0x9fc9_7b14), ("234", 0xe7c0_09ca),
            ("34", 0x8739_30da), ("4", 0x5a4b_5ca1),
        ]
        let topic = try broker.makeTopic(partitions: 48)
        let producer = try Producer(topic.settings)
        for round in 0..<50 {
            for (key, _) in hashes {
                try producer.send(OutgoingRecord(topic: topic.name, key: bytes(key), value: bytes("\(round)")))
            }
        }
        #expect(producer.close(milliseconds: 10_000))
        let consumer = try topic.consumer()
        try consumer.assign((0..<48).map { topic.position($0) })
        let records = try consumer.read(50 * hashes.count)
        for (key, hash) in hashes {
            let mine = records.filter { $0.key == bytes(key) }
            #expect(mine.allSatisfy { $0.place.partition == Int32((hash & 0x7fff_ffff) % 48) })
            #expect(mine.map(\.value) == texts(0..<50))
        }
    }

    @Test func `a batch outlives its consumer`() throws {
        let topic = try TestBroker.embedded.makeTopic()
        try topic.write(0..<3)
        var consumer: Consumer? = try topic.consumer()
        try consumer?.assign([topic.position()])
        let found = try consumer?.wait { if case .messages = $0 { true } else { false } }
        guard case .messages(let batch)? = found else {
            Issue.record("no records")
            return
        }
        consumer = nil
        #expect(batch.withMessage(at: 0) { $0.value } == bytes("0"))
        #expect(batch.withMessage(at: 0) { message in message.withValue { $0?.byteCount } } == 1)
    }
}
