import Glibc
import Kafka
import Postgres
import Projections
import Testing
import ToyProjection

/// One runner and healthy servers.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct RunnerTests {
    @Test func `every record is counted once, in the books and on the board`() throws {
        let world = try ToyWorld()
        try world.produce(500)
        let board = ToyBoard()
        let runner = world.run(board)
        try world.produce(500)
        try world.expectExact()
        #expect(board.now.shown.mapValues(\.count) == world.produced)
        #expect(runner.partitions == [0, 1, 2, 3])
        runner.stop()
        try world.produce(300)
        let second = world.run()
        try world.expectExact()
        second.stop()
    }

    @Test func `a record that PostgreSQL refuses is put aside, and the books go on`() throws {
        let world = try ToyWorld()
        try world.produce(2_000)
        try world.refuse(3)
        try world.refuse(0)
        try world.refuse(0)
        try world.produce(2_000)
        let board = ToyBoard()
        let runner = world.run(board)
        defer { runner.stop() }
        try world.expectExact(within: .seconds(30))
        try world.refuse(1)
        try world.produce(500)
        try world.expectExact()
        let letters = try world.query("SELECT convert_from(value, 'UTF8'), reason FROM dead_letters ORDER BY 1")
        #expect(try letters.map { try $0.text(0) } == (1...4).map { "refused-\($0)" })
        #expect(try letters.allSatisfy { try $0.text(1) == "PostgreSQL refuses what it causes" })
        #expect(!runner.isAway)
        #expect(board.now.shown.mapValues(\.count) == world.produced)
        #expect(world.counter("outages") == 0 && world.counter("refused_rounds") > 0)
    }
}
