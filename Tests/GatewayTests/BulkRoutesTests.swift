import HTTPServer
import JSON
import Latest
import Testing

@testable import Events
@testable import Gateway

@Suite(.serialized, .timeLimit(.minutes(1))) struct BulkRoutesTests {
    private func act(_ door: Door, _ body: String) -> HTTPResponse {
        door.send(.post, "/api/v1/monitors/bulk", key: door.admin, body: body)
    }

    private func addMonitors(_ door: Door, _ count: Int) throws -> [Int64] {
        try (0..<count).map { number in
            let body = #"{"name":"m\#(number)","type":"tcp","target":"x:1","group":"g\#(number % 2)"}"#
            let made = door.send(.post, "/api/v1/monitors", key: door.admin, body: body)
            return try #require(try made.document["id"]?.number)
        }
    }

    private func monitor(_ door: Door, _ id: Int64) throws -> JSON.JSONValue {
        try door.send(.get, "/api/v1/monitors/\(id)", key: door.admin).document
    }

    @Test func `many monitors are paused, resumed, checked and deleted at once`() throws {
        let door = try Door()
        let ids = try self.addMonitors(door, 5)
        let told = try door.count("relay_outbox")
        let paused = try self.act(door, #"{"action":"pause","ids":[\#(ids[1]),\#(ids[0]),999,\#(ids[0])]}"#).document
        #expect(paused["done"]?.items.compactMap(\.number) == [ids[0], ids[1]])
        #expect(paused["failed"]?.items.compactMap { $0["id"]?.number } == [999])
        #expect(paused["failed"]?.items.first?["detail"]?.text?.isEmpty == false)
        #expect(try self.monitor(door, ids[0])["enabled"] == .boolean(false))
        #expect(try self.monitor(door, ids[0])["generation"]?.number == 2)
        #expect(try self.monitor(door, ids[2])["enabled"] == .boolean(true))
        #expect(try door.count("relay_outbox") == told + 2)
        #expect(try door.count("audit WHERE subject = 'monitors/\(ids[0])' AND route = '/api/v1/monitors/bulk'") == 1)
        // What is so already stays as it is.
        #expect(self.act(door, #"{"action":"pause","ids":[\#(ids[0])]}"#).status == 200)
        #expect(try self.monitor(door, ids[0])["generation"]?.number == 2)
        #expect(self.act(door, #"{"action":"resume","ids":[\#(ids[0])]}"#).status == 200)
        #expect(try self.monitor(door, ids[0])["enabled"] == .boolean(true))
        #expect(self.act(door, #"{"action":"check","ids":[\#(ids[0])]}"#).status == 200)
        #expect(try self.monitor(door, ids[0])["checkRequestedAt"]?.text != nil)
        #expect(try self.monitor(door, ids[0])["generation"]?.number == 3)
        #expect(self.act(door, #"{"action":"delete","ids":[\#(ids[0]),\#(ids[1])]}"#).status == 200)
        #expect(try door.count("monitors") == 3)
    }

    @Test func `a filter finds what the list shows`() throws {
        let door = try Door()
        _ = try self.addMonitors(door, 6)
        door.board.mark(loaded: true, stale: false)
        let paused = try self.act(door, #"{"action":"pause","filter":{"group":["g1"],"q":"M"}}"#).document
        #expect(paused["done"]?.items.count == 3)
        #expect(try door.count("monitors WHERE definition ->> 'enabled' = 'false'") == 3)
        for id in 1_000...2_100 as ClosedRange<Int64> {
            door.board.apply([try #require(StatusRendering.entry(BoardFixture.document(id, .down, offset: 1)))])
        }
        let many = self.act(door, #"{"action":"delete","filter":{"state":["down"]}}"#)
        #expect(many.status == 400)
        #expect(try many.pointers == ["#/filter"])
        #expect(try door.count("monitors") == 6)
    }

    @Test func `every fault of the request is named, and nothing happens`() throws {
        let door = try Door()
        let ids = try self.addMonitors(door, 1)
        let long = (1...10_000).map(String.init).joined(separator: ",")
        for (body, pointers) in [
            (#"{"action":"explode","ids":[0],"more":1}"#, ["#/action", "#/ids/0", "#/more"]),
            (#"{"action":"delete","ids":[\#(long)]}"#, ["#/ids"]), (#"{"action":"delete","ids":[]}"#, ["#/ids"]),
            (#"{"action":"delete"}"#, ["#/ids"]), (#"{"action":"delete","ids":[1],"filter":{"q":"m"}}"#, ["#/ids"]),
            (#"{"action":"delete","filter":{}}"#, ["#/filter/q"]),
            (#"{"action":"delete","filter":{"q":"\u00a0","state":["up"]}}"#, ["#/filter/q"]),
            (#"{"action":"delete","filter":{"q":"\u00ad \u0301","group":["g0"]}}"#, ["#/filter/q"]),
            (#"{"action":"delete","filter":{"state":["green"],"tags":["a"]}}"#, ["#/filter/state/0", "#/filter/tags"]),
        ] {
            let response = self.act(door, body)
            #expect(response.status == 400)
            #expect(try Set(response.pointers).isSuperset(of: pointers), "\(body.prefix(80))")
        }
        #expect(try self.monitor(door, ids[0])["generation"]?.number == 1)
        let viewer = try door.makeKey(.viewer)
        let refused = door.send(
            .post,
            "/api/v1/monitors/bulk",
            key: viewer,
            body: #"{"action":"delete","ids":[\#(ids[0])]}"#
        )
        #expect(refused.status == 403)
    }
}
