import Glibc
import Kafka
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
}
