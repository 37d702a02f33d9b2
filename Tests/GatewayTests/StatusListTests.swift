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
        self.router = Router(StatusRoutes(board: self.board, answers: answers, key: key).routes)
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
