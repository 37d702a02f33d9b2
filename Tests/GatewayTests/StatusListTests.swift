import Crypto
import HTTPServer
import JSON
import Latest
import Service
import TestServers
import Testing

@testable import Events
@testable import Gateway

@Suite struct StatusListTests {
    private let board = Board()
    private let routes: StatusRoutes
    private let router: Router

    init() throws {
        let key = SecretKey()
        let answers = Answers(log: Log(process: "test", level: .error))
        self.routes = StatusRoutes(board: self.board, search: BoardSearch(self.board), answers: answers, key: key)
        self.router = Router(self.routes.routes)
        self.board.mark(loaded: true, stale: false)
        try self.put(1...25, .up)
        try self.put([4, 8, 20], .down)
    }

    private func put(_ ids: some Sequence<Int64>, _ state: State) throws {
        for id in ids {
            let offset: Int64 = state == .up ? 1 : 2
            self.board.apply([try #require(StatusRendering.entry(BoardFixture.document(id, state, offset: offset)))])
        }
    }

    private func get(_ query: String) -> HTTPResponse {
        self.router.respond(to: HTTPRequest(method: .get, target: "/api/v1/status?\(query)"))
    }

    private func page(_ query: String) throws -> (ids: [Int64], next: String?) {
        let document = try self.get(query).document
        return (document["items"]?.items.compactMap { $0["monitor"]?.number } ?? [], document["nextCursor"]?.text)
    }

    @Test func `pages follow each other while monitors come and go`() throws {
        let first = try self.page("limit=10")
        #expect(first.ids == Array(1...10))
        // One behind the cursor goes, one before it comes, one is added at the end.
        self.board.remove([10, 11])
        try self.put([30], .up)
        let second = try self.page("limit=10&cursor=\(try #require(first.next))")
        #expect(second.ids == Array(12...21))
        let third = try self.page("limit=10&cursor=\(try #require(second.next))")
        #expect(third.ids == [22, 23, 24, 25, 30])
        #expect(third.next == nil)
    }

    @Test func `a filter by state finds what is in it now`() throws {
        #expect(try self.page("state=down").ids == [4, 8, 20])
        #expect(try self.page("state=down&limit=2").ids == [4, 8])
        #expect(try self.page("state=paused").ids == [])
        #expect(try self.page("").ids.count == 25)
    }

    @Test func `search and filters page by id as the whole list does`() throws {
        for (id, group) in [(5, "web"), (9, "web"), (12, "mail"), (20, "web")] as [(Int64, String)] {
            var document = BoardFixture.document(id, id == 20 ? .down : .up, offset: 9, group: group)
            document.card?.tags = id == 9 ? ["prod", "a,b"] : ["prod"]
            self.board.apply([try #require(StatusRendering.entry(document))])
        }
        #expect(try self.page("group=web").ids == [5, 9, 20])
        #expect(try self.page("group=web,mail").ids == [5, 9, 12, 20])
        #expect(try self.page("group=web&group=mail&state=up").ids == [5, 9, 12])
        #expect(try self.page("tag=a,b").ids == [9])
        #expect(try self.page("q=MONITOR%2012").ids == [12])
        #expect(try self.page("q=example.com%2F2&state=down,unknown").ids == [20])
        #expect(try self.page("region=us").ids == [])
        let first = try self.page("tag=prod&limit=3")
        #expect(first.ids == [5, 9, 12])
        self.board.remove([9, 12])
        #expect(try self.page("tag=prod&limit=3&cursor=\(try #require(first.next))").ids == [20])
    }

    @Test func `pages neither skip nor double while monitors come, go and change their state`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("StatusListTests seed \(seed)")
        var random = SplitMix(seed: seed)
        var offset: Int64 = 10
        var next = Int64(26)
        for round in 0..<40 {
            let query = ["", "q=monitor&", "group=web&", "state=up,down&"][round % 4]
            let before = Set(try self.walk(query) {})
            // Those that change and stay in the list, those that go and those that come.
            var (gone, come): (Set<Int64>, Set<Int64>) = ([], [])
            let seen = try self.walk(query) {
                let id = self.board.ids.randomElement(using: &random) ?? 1
                offset += 1
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    self.board.remove([id])
                    gone.insert(id)
                case 1:
                    come.insert(next)
                    next += 1
                    try self.change(next - 1, .up, offset)
                default: try self.change(id, Bool.random(using: &random) ? .up : .down, offset)
                }
            }
            #expect(seen == seen.sorted() && Set(seen).count == seen.count, "seed \(seed) round \(round)")
            #expect(Set(seen).isSuperset(of: before.subtracting(gone)), "seed \(seed) round \(round)")
            #expect(before.union(come).isSuperset(of: seen), "seed \(seed) round \(round)")
            for id in 1...25 { try self.change(Int64(id), .up, offset + 1) }
            offset += 1
        }
    }

    private func change(_ id: Int64, _ state: State, _ offset: Int64) throws {
        let document = BoardFixture.document(id, state, offset: offset, group: "web")
        self.board.apply([try #require(StatusRendering.entry(document))])
    }

    /// The ids of all pages, with something that happens between two of them.
    private func walk(_ query: String, _ between: () throws -> Void) throws -> [Int64] {
        var (ids, cursor) = ([Int64](), "")
        while true {
            let page = try self.page("\(query)limit=4\(cursor)")
            ids += page.ids
            guard let next = page.next else { return ids }
            cursor = "&cursor=\(next)"
            try between()
        }
    }

    @Test func `only what comes from the board's own lists is answered on the event loop`() {
        func isQuick(_ query: String) -> Bool {
            self.routes.isQuick(HTTPRequest(method: .get, target: "/api/v1/status\(query)"))
        }
        for query in ["", "?limit=1000", "?state=down", "?limit=5&cursor=abc"] { #expect(isQuick(query), "\(query)") }
        let searches = [
            "?q=a", "?%71=a", "?state=up,down", "?state=degraded", "?tag=a&state=up", "?group=web", "?region=eu",
        ]
        for query in searches { #expect(!isQuick(query), "\(query)") }
    }

    @Test func `every fault of the query is named`() throws {
        let bad = self.get("limit=0&state=green&cursor=abc&page=2")
        #expect(bad.status == 400)
        #expect(try Set(bad.pointers) == ["#/limit", "#/state", "#/cursor", "#/page"])
        let cursor = try #require(try self.page("limit=1").next)
        let tampered = String(cursor.dropLast()) + (cursor.last == "A" ? "B" : "A")
        #expect(self.get("cursor=\(tampered)").status == 400)
        let foreign = Cursor("monitors", key: SecretKey()).encode(["1"])
        #expect(self.get("cursor=\(foreign)").status == 400)
        let unasked = HTTPRequest(method: .get, target: "/api/v1/monitors/1/status?full=1")
        #expect(try self.router.respond(to: unasked).pointers == ["#/full"])
    }
}
