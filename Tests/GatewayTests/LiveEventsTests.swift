import JSON
import Testing

@testable import Events
@testable import Gateway
@testable import HTTPServer
@testable import Latest

@Suite(.timeLimit(.minutes(1))) struct LiveEventsTests {
    private let board = Board(live: LiveEvents(capacity: 8))

    private func put(_ id: Int64, _ state: State, _ offset: Int64, results: [RecentResult] = []) throws {
        let document = BoardFixture.document(id, state, offset: offset)
        self.board.apply([try #require(StatusRendering.entry(document))], results: NewsRendering.results(results))
    }

    private static func result(_ slot: Int64) -> RecentResult { RecentResult(region: "eu", slot: slot, outcome: .up) }

    @Test func `changes go to all, single results to those who named the monitor`() throws {
        let all = self.board.live.subscribe(monitors: [], lastEventID: nil)
        let named = self.board.live.subscribe(monitors: [1, 2], lastEventID: nil)
        #expect(try all.heard().map(\.name) == ["ready"])
        #expect(try named.heard().map(\.name) == ["ready"])
        try self.put(1, .up, 1, results: [Self.result(1_000)])
        try self.put(1, .up, 2, results: [Self.result(2_000), Self.result(3_000)])
        try self.put(3, .up, 3)
        self.board.publish(incident: Array(#"{"id":"inc_a"}"#.utf8))
        self.board.remove([3])
        #expect(try all.heard().map(\.name) == ["status", "status", "incident", "deleted"])
        let heard = try named.heard()
        #expect(heard.map(\.name) == ["status", "status", "status", "incident", "deleted"])
        #expect(heard[0].data?["results"]?.items.count == 1)
        #expect(heard[1].data?["results"]?.items.last?["slot"]?.text == "1970-01-01T00:00:03.000Z")
        #expect(heard[2].data?["results"] == nil)
    }

    @Test func `a client that comes back hears what it missed, once`() throws {
        let first = self.board.live.subscribe(monitors: [2], lastEventID: nil)
        try self.put(1, .up, 1)
        let last = try #require(try first.heard().last?.id)
        try self.put(1, .up, 2)
        try self.put(2, .up, 3, results: [Self.result(1_000)])
        try self.put(1, .down, 4)
        try self.put(2, .up, 5, results: [Self.result(2_000)])

        let all = try self.board.live.subscribe(monitors: [], lastEventID: last).heard()
        #expect(all.compactMap { $0.data?["monitor"]?.number } == [2, 1])
        let named = try self.board.live.subscribe(monitors: [2], lastEventID: last).heard()
        #expect(named.compactMap { $0.data?["monitor"]?.number } == [2, 1, 2])
        #expect(named[0].data?["results"]?.items.count == 1)
        let end = try #require(named.last?.id)
        #expect(try self.board.live.subscribe(monitors: [2], lastEventID: end).heard().isEmpty)
    }

    @Test func `a client that was away for too long, or was elsewhere, is told to begin anew`() throws {
        let first = self.board.live.subscribe(monitors: [], lastEventID: nil)
        let start = try #require(try first.heard().first?.id)
        for offset in 1...9 { try self.put(1, offset % 2 == 0 ? .up : .down, Int64(offset)) }
        for id in [start, "nonsense", "0123456789ab-3", start + "0"] {
            let heard = try self.board.live.subscribe(monitors: [], lastEventID: id).heard()
            #expect(heard.map(\.name) == ["reset"])
        }
        // Single results of others push a named monitor's out of its ring, not the changes of state.
        let recent = try #require(try first.heard().last?.id)
        for offset in 10...20 { try self.put(1, .down, Int64(offset)) }
        #expect(try self.board.live.subscribe(monitors: [2], lastEventID: recent).heard().map(\.name) == ["reset"])
        #expect(try self.board.live.subscribe(monitors: [], lastEventID: recent).heard().isEmpty)
    }

    @Test func `a thousand clients hear of a change, and those who left are forgotten`() throws {
        let streams = (0..<1_000).map { number in
            self.board.live.subscribe(monitors: number % 2 == 0 ? [1] : [], lastEventID: nil)
        }
        #expect(self.board.live.count == 1_000)
        try self.put(1, .up, 1)
        try self.put(1, .up, 2)
        for (number, stream) in streams.enumerated() {
            #expect(try stream.heard().count == (number % 2 == 0 ? 3 : 2))
        }
        for stream in streams.dropFirst() { _ = stream.detach() }
        #expect(self.board.live.count == 1)
    }

    @Test func `clients that read nothing are cut off before they are far behind`() throws {
        let deaf = (0..<100).map { _ in self.board.live.subscribe(monitors: [1], lastEventID: nil) }
        let reading = self.board.live.subscribe(monitors: [1], lastEventID: nil)
        var (offset, heard) = (Int64(0), 0)
        while deaf.contains(where: \.isOpen), offset < 10_000 {
            offset += 1
            try self.put(1, offset % 2 == 0 ? .up : .down, offset)
            #expect(deaf.allSatisfy { $0.bytesWaiting <= 512 << 10 })
            if offset % 100 == 0 { heard += try reading.heard().count }
        }
        heard += try reading.heard().count
        #expect(deaf.allSatisfy(\.wasDropped) && reading.isOpen)
        #expect(heard == Int(offset) + 1)
    }
}
