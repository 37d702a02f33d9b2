import Kafka
import TestServers
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ConsumerTests {
    @Test(arguments: TestBroker.available)
    func `pausing and resuming loses and repeats nothing`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic()
        try topic.write(0..<500)
        let consumer = try topic.consumer()
        try consumer.assign([topic.position()])
        var values: [[UInt8]?] = []
        let deadline = ContinuousClock.now + .seconds(20)
        while values.count < 500, ContinuousClock.now < deadline {
            guard case .messages(let batch)? = try consumer.poll(maximum: 60, milliseconds: 500) else { continue }
            batch.forEach { values.append($0.value) }
            try consumer.pause([topic.place()])
            // Nothing more of it until it is resumed.
            if case .messages? = try consumer.poll(milliseconds: 30) { Issue.record("a paused partition spoke") }
            try consumer.resume([topic.place()])
        }
        #expect(values == texts(0..<500))
    }

    @Test(arguments: TestBroker.available)
    func `an offset out of range is told, and reading goes on from where it is assigned`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic(partitions: 2)
        try topic.write(0..<5)
        try topic.write(0..<5, partition: 1)
        let consumer = try topic.consumer()
        try consumer.assign([topic.position(0, 99), topic.position(1, 3)])
        let failure = try consumer.wait { if case .partitionFailed = $0 { true } else { false } }
        guard case .partitionFailed(let place, let error)? = failure else {
            Issue.record("no failure was told")
            return
        }
        #expect(place == topic.place())
        #expect(error.code == .outOfRange)
        #expect(!error.isFatal)
        try consumer.assign([topic.position(0, 2), topic.position(1, 5)])
        var values: [[UInt8]?] = []
        #expect(
            try consumer.wait { event in
                if case .messages(let batch) = event {
                    batch.forEach { if $0.topicPartition == topic.place() { values.append($0.value) } }
                }
                return values.count == 3
            } != nil
        )
        #expect(values == texts(2..<5))
    }

    @Test(arguments: TestBroker.available)
    func `a new assignment or a seek reads anew`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic()
        try topic.write(0..<5)
        let consumer = try topic.consumer()
        try consumer.assign([topic.position()])
        #expect(try consumer.read(5).count == 5)
        try consumer.assign([topic.position(0, 3)])
        #expect(try consumer.read(2).map(\.value) == texts(3..<5))
        #expect(consumer.knownWatermarks(of: topic.place())?.high == 5)
        try consumer.seek([topic.position(0, 4)])
        #expect(try consumer.read(1).map(\.value) == texts(4..<5))
    }

    @Test(arguments: TestBroker.available)
    func `a partition that does not exist is told`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic()
        let consumer = try topic.consumer()
        try consumer.assign([topic.position(7, 0)])
        let failure = try consumer.wait { if case .partitionFailed = $0 { true } else { false } }
        guard case .partitionFailed(let place, let error)? = failure else {
            Issue.record("no failure was told")
            return
        }
        #expect(place == topic.place(7))
        #expect([.unknownPartition, .unknownTopicOrPartition].contains(error.code))
    }

    @Test func `another thread ends a wait`() throws {
        let topic = try TestBroker.embedded.makeTopic()
        let consumer = try topic.consumer()
        let wakeUp = consumer.wakeUp
        wakeUp()
        let start = ContinuousClock.now
        while try consumer.poll(milliseconds: 20_000) != nil {}
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func `closing keeps its deadline while the broker is gone`() throws {
        let topic = try TestBroker.embedded.makeTopic()
        let consumer = try topic.consumer(.group("closing", topics: [topic.name]))
        #expect(try consumer.wait { if case .assigned = $0 { true } else { false } } != nil)
        try consumer.assign([topic.position()])
        topic.embedded?.goDown()
        let start = ContinuousClock.now
        consumer.close(milliseconds: 1000)
        #expect(ContinuousClock.now - start < .seconds(2))
    }
}
