import Glibc
import Kafka
import Projections
import TestServers
import Testing
import ToyProjection

/// Runners that share a log through the consumer group.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct GroupTests {
    @Test func `two runners share the partitions and hand them over`() throws {
        try self.handOver(try ToyWorld())
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `two runners share the partitions of a real broker and hand them over`() throws {
        try self.handOver(try ToyWorld(real: true))
    }

    private func handOver(_ world: ToyWorld) throws {
        try world.produce(200)
        let first = world.run(ToyBoard(), "first", withoutGroup: false)
        try world.expectExact()
        let second = world.run(ToyBoard(), "second", withoutGroup: false)
        #expect(
            eventually(within: .seconds(20)) {
                if first.partitions.count == 2 && second.partitions.count == 2 { return true }
                try? world.produce(5)
                usleep(100_000)
                return false
            }
        )
        try world.produce(200)
        try world.expectExact()
        first.stop()
        try world.produce(200)
        try world.expectExact(within: .seconds(20))
        #expect(eventually(within: .seconds(5)) { second.partitions == [0, 1, 2, 3] })
        second.stop()
    }

    @Test func `two runners without a group end up in it, and nothing is counted twice`() throws {
        let world = try ToyWorld()
        let first = world.run(ToyBoard(), "first")
        try world.produce(200)
        try world.expectExact()
        let second = world.run(ToyBoard(), "second")
        #expect(
            eventually(within: .seconds(30)) {
                if first.partitions.count == 2 && second.partitions.count == 2 { return true }
                try? world.produce(5)
                usleep(100_000)
                return false
            }
        )
        try world.produce(200)
        try world.expectExact()
        second.stop()
        try world.produce(200)
        try world.expectExact(within: .seconds(20))
        first.stop()
    }

    @Test func `partitions that leave and come back without PostgreSQL go on from memory`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try ToyWorld(server: server)
        let board = ToyBoard()
        let first = world.run(board, "first", withoutGroup: false)
        try world.produce(200)
        try world.expectExact()
        server.freeze()
        try world.produce(100)
        let shows = { board.now.shown.mapValues(\.count) == world.produced }
        #expect(eventually(within: .seconds(5), shows))
        // The second can't restore what it is given; the first gives it up and gets it back.
        let second = world.run(ToyBoard(), "second", withoutGroup: false)
        #expect(eventually(within: .seconds(15)) { first.partitions.count == 2 })
        try world.produce(100)
        second.stop()
        #expect(eventually(within: .seconds(15)) { first.partitions.count == 4 })
        try world.produce(100)
        #expect(eventually(within: .seconds(5), shows))
        #expect(first.isAway)
        server.thaw()
        try world.expectExact()
        first.stop()
    }
}
