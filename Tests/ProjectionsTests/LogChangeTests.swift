import Glibc
import Kafka
import Postgres
import Projections
import TestServers
import Testing
import ToyProjection

/// Logs that were recreated or truncated, and records that make no sense.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct LogChangeTests {
    @Test func `a recreated log is read from its beginning under a new generation`() throws {
        let world = try ToyWorld()
        let first = world.run()
        try world.produce(300)
        try world.expectExact()
        first.stop()
        try world.recreateLog()
        try world.produce(500, prefix: "again")
        let board = ToyBoard()
        let second = world.run(board)
        try world.expectExact()
        #expect(try world.number("SELECT min(generation) FROM positions") == 1)
        #expect(board.now.shown.values.allSatisfy { $0.at.generation == 1 })
        second.stop()
    }

    @Test func `a log with another number of partitions gets a generation above all others`() throws {
        let world = try ToyWorld(partitions: 2)
        let first = world.run()
        try world.produce(300)
        try world.expectExact()
        first.stop()
        try world.recreateLog(partitions: 4)
        try world.produce(300, prefix: "again")
        let second = world.run()
        try world.expectExact()
        #expect(try world.number("SELECT min(generation) FROM positions") == 1)
        second.stop()
    }

    @Test func `the front of a log that was never read is a gap, and definitions stand in`() throws {
        let world = try ToyWorld(partitions: 1)
        let first = world.run()
        try world.produce(20)
        try world.expectExact()
        first.stop()
        try world.broker?.createTopic("definitions", partitions: 2)
        let producer = try Producer(world.kafka)
        try producer.send(OutgoingRecord(topic: "definitions", partition: 1, key: Array("d1".utf8), value: [1]))
        #expect(producer.flush(milliseconds: 5_000))
        for index in 0..<40 {
            try world.send(key: Array("99".utf8), value: Array("\(index)-".utf8) + noise(200_000))
        }
        world.flush()
        let board = ToyBoard()
        let second = world.run(board, definitionsTopic: "definitions")
        #expect(eventually(within: .seconds(10)) { (try? world.number("SELECT next_offset FROM positions")) == 60 })
        #expect(board.now.refreshed == ["d1"])
        #expect(try world.number("SELECT from_offset FROM gaps WHERE kind = 'lost'") == 20)
        let big = try world.counts()["99"] ?? 0
        let lost = try world.number("SELECT to_offset - from_offset FROM gaps")
        #expect(big + lost == 40 && lost > 0)
        second.stop()
    }

    @Test func `each kind of poison becomes a dead letter and stops nothing`() throws {
        let world = try ToyWorld(partitions: 1)
        try world.send(key: nil, value: Array("no key".utf8))
        try world.send(key: [0xff], value: Array("bad key".utf8))
        try world.send(key: Array("7".utf8), value: nil)
        try world.send(key: Array("7".utf8), value: [0xc3, 0x28])
        try world.send(key: Array("7".utf8), value: Array("poison\0\u{1F4A3}".utf8))
        try world.send(key: Array("7".utf8), value: Array("poison".utf8) + [UInt8](repeating: 0, count: 100_000))
        try world.produce(20)
        let runner = world.run()
        try world.expectExact()
        let rows = try world.query(#"SELECT "offset", length(value), size, reason FROM dead_letters ORDER BY "offset""#)
        #expect(try rows.map { try $0.int64(0) } == [0, 1, 2, 3, 4, 5])
        #expect(try rows[2].int64OrNil(1) == nil)
        #expect(try rows[5].int64(1) == 64 * 1024)
        #expect(try rows[5].int64(2) == 100_006)
        #expect(try rows[0].text(3).contains("key"))
        runner.stop()
    }

    @Test func `identities that history has already make the round careful`() throws {
        let world = try ToyWorld(partitions: 1)
        let runner = ToyBoard()
        let running = world.run(runner)
        try world.send(key: Array("7".utf8), value: Array("one".utf8))
        world.flush()
        #expect(eventually(within: .seconds(10)) { (try? world.counts()) == ["7": 1] })
        try world.send(key: Array("7".utf8), value: Array("one".utf8))
        world.flush()
        #expect(eventually(within: .seconds(10)) { (try? world.counts()) == ["7": 2] })
        #expect(try world.number("SELECT count(*) FROM toy_history") == 1)
        #expect(runner.now.carefulWrites == 1)
        running.stop()
    }

    @Test func `reading is paused while effects pile up, and goes on after`() throws {
        let world = try ToyWorld()
        let board = ToyBoard()
        let runner = world.run(board)
        try world.produce(100)
        try world.expectExact()
        board.change { $0.isCongested = true }
        #expect(eventually(within: .seconds(5)) { world.isPaused })
        let before = try world.counts()
        try world.produce(200)
        usleep(500_000)
        #expect(try world.counts() == before)
        #expect(runner.partitions.count == 4)
        board.change { $0.isCongested = false }
        try world.expectExact()
        runner.stop()
    }

    @Test func `a broker that goes away is waited for`() throws {
        let world = try ToyWorld()
        let runner = world.run()
        try world.produce(100)
        try world.expectExact()
        world.broker?.goDown()
        usleep(1_500_000)
        #expect(runner.partitions.count == 4)
        world.broker?.comeUp()
        try world.produce(100)
        try world.expectExact()
        #expect(try world.number("SELECT max(generation) FROM positions") == 0)
        runner.stop()
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `a topic that is recreated under a running consumer is read from its beginning`() throws {
        let world = try ToyWorld(real: true)
        let runner = world.run()
        try world.produce(300)
        try world.expectExact()
        let admin = try TopicAdmin(world.kafka)
        try admin.delete(world.topic)
        #expect(eventually(within: .seconds(10)) { (try? admin.partitionCount(of: world.topic)) == .some(nil) })
        #expect(
            eventually(within: .seconds(10)) {
                (try? admin.create(TopicAdmin.Topic(world.topic, partitions: 4, replication: 1))) != nil
            }
        )
        try world.produce(100, prefix: "again")
        try world.expectExact(within: .seconds(20))
        runner.stop()
    }
}
