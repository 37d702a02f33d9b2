import Postgres
import Schema
import TestServers
import Testing

@testable import Projections

/// Taking and moving positions, on PostgreSQL alone.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct FenceTests {
    let url: String

    init() throws {
        self.url = try PostgresServer.database()
        try Schema.migrate(try PostgresConnection(self.url))
    }

    func move(_ partition: Int32, epoch: Int64, from: Int64?, to: Int64) -> Fence.Move {
        Fence.Move(
            partition: partition,
            epoch: epoch,
            from: from.map { LogPoint(generation: 0, offset: $0) },
            to: ReadMark(
                next: LogPoint(generation: 0, offset: to),
                lastTimestamp: 77,
                identity: LogIdentity(clusterID: "c", partitions: 2)
            )
        )
    }

    @Test func `taking raises the epoch and tells what was moved before`() throws {
        let connection = try PostgresConnection(self.url)
        let fence = Fence(projection: "p", instance: "i")
        let first = try fence.take([1, 0], count: 2, on: connection).taken
        #expect(first == [.init(partition: 0, epoch: 1), .init(partition: 1, epoch: 1)])
        #expect(try fence.move([self.move(1, epoch: 1, from: nil, to: 5)], on: connection) == .moved)
        let second = try fence.take([0, 1], count: 2, on: connection).taken
        #expect(second[0] == .init(partition: 0, epoch: 2))
        #expect(second[1].books == self.move(1, epoch: 1, from: nil, to: 5).to)
    }

    @Test func `moves are refused under an old epoch, and from another offset`() throws {
        let old = try PostgresConnection(self.url)
        let new = try PostgresConnection(self.url)
        let fence = Fence(projection: "p", instance: "i")
        _ = try fence.take([0, 1, 2], count: 3, on: old)
        _ = try fence.take([1], count: 3, on: new)
        let verdict = try fence.move(
            [
                self.move(0, epoch: 1, from: nil, to: 5), self.move(1, epoch: 1, from: nil, to: 5),
                self.move(2, epoch: 1, from: 4, to: 5),
            ],
            on: old
        )
        #expect(verdict == .refused(fenced: [1], unclear: [2]))
    }

    @Test func `a successor ends a backend that holds the rows for longer than two seconds`() throws {
        let stuck = try PostgresConnection(self.url)
        let fence = Fence(projection: "p", instance: "stuck")
        _ = try fence.take([0, 1], count: 2, on: stuck)
        try stuck.script("BEGIN")
        #expect(try fence.move([self.move(0, epoch: 1, from: nil, to: 5)], on: stuck) == .moved)
        let successor = try PostgresConnection(self.url)
        let start = ContinuousClock.now
        let taken = try Fence(projection: "p", instance: "s").take([0, 1], count: 2, on: successor).taken
        #expect(taken.map(\.epoch) == [2, 2])
        #expect(taken[0].books == nil)
        #expect(ContinuousClock.now - start > .seconds(1.5))
        #expect(throws: PostgresError.self) { try stuck.script("COMMIT") }
    }

    @Test func `readers of another number of partitions are fenced, and their generation is known`() throws {
        let old = try PostgresConnection(self.url)
        let fence = Fence(projection: "p", instance: "i")
        _ = try fence.take([0, 1], count: 2, on: old)
        #expect(try fence.move([self.move(1, epoch: 1, from: nil, to: 5)], on: old) == .moved)
        let new = try PostgresConnection(self.url)
        let (taken, otherGeneration) = try fence.take([3], count: 4, on: new)
        #expect(taken == [.init(partition: 3, epoch: 1)])
        #expect(otherGeneration == 0)
        let verdict = try fence.move([self.move(1, epoch: 1, from: 5, to: 6)], on: old)
        #expect(verdict == .refused(fenced: [1], unclear: []))
    }
}
