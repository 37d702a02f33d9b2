import Events
import HTTPServer
import Latest
import TestServers
import Testing

@testable import Gateway

@Suite struct BoardPagesTests {
    private let board = Board()

    init() throws {
        self.board.mark(loaded: true, stale: false)
        for id in Int64(1)...30 { try self.put(id, .up, offset: 1) }
    }

    private func put(_ id: Int64, _ state: State, offset: Int64, unknownFrom: Int64? = nil) throws {
        let document = BoardFixture.document(id, state, offset: offset, unknownFrom: unknownFrom)
        self.board.apply([try #require(StatusRendering.entry(document))], now: 0)
    }

    /// Asks for the pages 1–10, 11–20, 21–30, all that are up and all that are down.
    private func ask() {
        for after in [0, 10, 20] { _ = self.board.page(BoardQuery(after: Int64(after), limit: 10), as: "\(after)") }
        for state in [State.up, .down] { _ = self.board.page(BoardQuery(limit: 100, state: state), as: "\(state)") }
    }

    private func kept(now: Int64 = 0) -> Set<String> {
        Set(["0", "10", "20", "up", "down"].filter { self.board.page(as: $0, now: now) != nil })
    }

    @Test func `a page is kept until something on it changes`() throws {
        #expect(self.kept() == [])
        self.ask()
        #expect(self.kept() == ["0", "10", "20", "up", "down"])
        try self.put(15, .up, offset: 2)
        #expect(self.kept() == ["0", "20", "down"])
        self.ask()
        // What is older than what is known changes nothing.
        try self.put(15, .down, offset: 1)
        #expect(self.kept() == ["0", "10", "20", "up", "down"])
        try self.put(15, .down, offset: 3)
        #expect(self.kept() == ["0", "20"])
        self.ask()
        // The page before it says that there is a next one because of this monitor.
        self.board.remove([21])
        #expect(self.kept() == ["down"] || self.kept() == ["0", "down"])
        #expect(self.board.page(as: "10") == nil && self.board.page(as: "20") == nil)
        self.ask()
        try self.put(31, .paused, offset: 1)
        #expect(self.kept() == ["0", "10", "up", "down"])
        self.board.mark(stale: true)
        #expect(self.kept() == [])
    }

    @Test func `a page is not served once something on it has grown too old`() throws {
        try self.put(5, .up, offset: 2, unknownFrom: 1_000)
        self.ask()
        let before = self.board.page(BoardQuery(limit: 10), as: "0", now: 999)
        #expect(before.entries[4].state == .up)
        #expect(self.board.page(as: "0", now: 999) === before)
        #expect(self.board.page(as: "0", now: 1_000) == nil)
        #expect(self.board.page(BoardQuery(limit: 10), as: "0", now: 1_000).entries[4].state == .unknown)
    }

    @Test func `no number of different pages fills the memory`() {
        for limit in 1...1_000 { _ = self.board.page(BoardQuery(limit: limit), as: "\(limit)") }
        let kept = (1...1_000).filter { self.board.page(as: "\($0)") != nil }
        #expect(kept.last == 1_000 && kept.count <= 256)
    }

    @Test func `what is kept is always what would be found`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("BoardPagesTests seed \(seed)")
        var random = SplitMix(seed: seed)
        var offset: Int64 = 2
        var (now, isStale) = (Int64(0), false)
        for step in 0..<5_000 {
            let id = Int64.random(in: 1...40, using: &random)
            offset += 1
            now += 1
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<8:
                let state = try #require(State.allCases.randomElement(using: &random))
                let unknownFrom = Bool.random(using: &random) ? now + Int64.random(in: 1...50, using: &random) : nil
                try self.put(id, state, offset: offset, unknownFrom: unknownFrom)
            case 8: self.board.remove([id])
            case 9: self.board.sweep(now: now)
            case 10:
                isStale.toggle()
                self.board.mark(stale: isStale)
            default: break
            }
            let after = Int64.random(in: 0...4, using: &random) * 10
            let limit = Int.random(in: 1...3, using: &random) * 5
            let state = Bool.random(using: &random) ? State.allCases.randomElement(using: &random) : nil
            let query = BoardQuery(after: after, limit: limit, state: state)
            let name = "\(after) \(limit) \(state.map(\.rawValue) ?? "")"
            let page = self.board.page(as: name, now: now) ?? self.board.page(query, as: name, now: now)
            let fresh = self.board.page(query, as: "fresh", now: now)
            #expect(page.entries.map(\.body.bytes) == fresh.entries.map(\.body.bytes), "step \(step)")
            #expect(page.next == fresh.next && page.isStale == isStale, "step \(step)")
        }
    }
}
