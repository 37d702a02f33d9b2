import Glibc
import Kafka
import Postgres
import Projections
import Service
import TestServers
import Testing
import ToyProjection

/// PostgreSQL frozen, killed and absent.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct OutageTests {
    @Test func `the board goes on while PostgreSQL is frozen or dead, and the books catch up`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try ToyWorld(server: server)
        let board = ToyBoard()
        let runner = world.run(board)
        try world.produce(200)
        try world.expectExact()
        server.freeze()
        try world.produce(200)
        // A runner says that it is away until it has said otherwise: going ahead proves it.
        #expect(
            eventually(within: .seconds(5)) {
                board.now.aheads > 0 && board.now.shown.mapValues(\.count) == world.produced
            }
        )
        #expect(eventually(within: .seconds(2)) { runner.isAway })
        server.thaw()
        try world.expectExact()
        server.kill()
        try world.produce(200)
        #expect(
            eventually(within: .seconds(5)) { runner.isAway && board.now.shown.mapValues(\.count) == world.produced }
        )
        try server.restart()
        try world.expectExact()
        #expect(board.now.shown.mapValues(\.count) == world.produced)
        try world.produce(100)
        try world.expectExact()
        runner.stop()
    }

    @Test func `a runner that starts without PostgreSQL waits, unready`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try ToyWorld(server: server)
        server.stop()
        try world.produce(100)
        let board = ToyBoard()
        let runner = world.run(board)
        #expect(
            eventually(within: .seconds(5)) { world.health.unmet.contains { $0.contains("waiting for PostgreSQL") } }
        )
        #expect(board.now.shown.isEmpty)
        try server.restart()
        try world.expectExact()
        #expect(eventually(within: .seconds(2)) { world.health.unmet.isEmpty })
        runner.stop()
    }

    @Test func `memory is the truth when the books' offset has left the log`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try ToyWorld(partitions: 1, server: server)
        let board = ToyBoard()
        let runner = world.run(board)
        try world.produce(50)
        try world.expectExact()
        server.freeze()
        // 8 MiB: more than the embedded broker keeps of a partition.
        try world.produce(40, padding: 200_000)
        #expect(eventually(within: .seconds(10)) { board.now.shown.mapValues(\.count) == world.produced })
        server.thaw()
        #expect(eventually(within: .seconds(15)) { (try? world.counts()) == world.produced })
        #expect(try world.number("SELECT count(*) FROM gaps WHERE kind = 'ahead'") == 1)
        #expect(try world.number("SELECT to_offset FROM gaps") == 90)
        // History lacks what left the log; what follows is whole again.
        try world.produce(50, prefix: "later")
        #expect(eventually(within: .seconds(10)) { (try? world.counts()) == world.produced })
        #expect(try world.number("SELECT count(*) FROM toy_history WHERE id LIKE 'later%'") == 50)
        #expect(try world.number("SELECT count(*) FROM toy_history") < 140)
        runner.stop()
    }
}
