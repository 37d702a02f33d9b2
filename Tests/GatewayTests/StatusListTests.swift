import Crypto
import HTTPServer
import JSON
import Latest
import Service
import Testing

@testable import Events
@testable import Gateway

@Suite struct StatusListTests {
    private let board = Board()
    private let router: Router

    init() throws {
        let key = SecretKey()
        let answers = Answers(log: Log(process: "test", level: .error))
        self.router = Router(
            StatusRoutes(board: self.board, search: BoardSearch(self.board), answers: answers, key: key).routes
        )
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
