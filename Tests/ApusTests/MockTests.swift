import Glibc
import JSON
import Service
import Testing

@testable import Apus

@Suite(.timeLimit(.minutes(1))) struct MockTests {
    @Test func `modes are read with their parameters`() throws {
        #expect(try MockMode(query: ["mode": "slow", "delay": "0.5"]) == .slow(delay: 500))
        #expect(try MockMode(query: ["mode": "status"]) == .status(503))
        #expect(
            try MockMode(query: ["mode": "flapping", "period": "2", "status": "500"])
                == .flapping(period: 2_000, status: 500)
        )
        for wrong in [
            ["mode": "x"], [:], ["mode": "ok", "status": "99"], ["mode": "slow", "delay": "-1"], ["a": "b"],
        ] {
            #expect(throws: MockProblem.self) { try MockMode(query: wrong) }
        }
    }

    @Test func `flapping takes turns from the moment it was set`() {
        let mode = MockMode.flapping(period: 1_000, status: 503)
        #expect(
            [0, 999, 1_000, 1_999, 2_000].map { mode.answer(age: $0) == .status(200, delay: 0) } == [
                true, true, false, false, true,
            ]
        )
    }

    @Test func `requests are read in pieces and bad ones refused`() throws {
        let text = Array("POST /t/shop/x?mode=ok&a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".utf8)
        for count in 0..<(text.count - 3) { #expect(try MockRequest.parse(Array(text[..<count])) == nil) }
        let request = try #require(try MockRequest.parse(text))
        #expect(request.target == ("shop", "/x"))
        #expect(request.query == ["mode": "ok", "a": ""])
        #expect(request.bodyLength == 3 && request.headLength == text.count - 3 && request.keepsAlive)
        for wrong in ["GET\r\n\r\n", "GET x HTTP/1.1\r\n\r\n", "GET / SPDY\r\n\r\n", "\r\n\r\n"] {
            #expect(throws: MockProblem.self) { try MockRequest.parse(Array(wrong.utf8)) }
        }
    }

    @Test func `each target answers as it was told, and the log says so`() throws {
        let mock = try RunningMock()
        #expect(try mock.get("/any") == 200)
        #expect(try mock.post("/t/shop/_mock?mode=status&status=418") == 200)
        #expect(try mock.get("/t/shop/x") == 418)
        #expect(try mock.get("/any") == 200)
        #expect(try mock.post("/_mock?mode=nonsense") == 400)
        #expect(try mock.get("/_mock") == 200)
        #expect(try mock.get("/_mock/nothing") == 404)
        let lines = try mock.log()
        #expect(lines.count == 4)
        #expect(lines.map { $0["target"] } == [.string(""), .string("shop"), .string("shop"), .string("")])
        #expect(lines.map { $0["served"] } == [.integer(200), nil, .integer(418), .integer(200)])
        #expect(lines[1]["mode"] == .string("status"))
        #expect(lines[2]["path"] == .string("/x"))
    }

    @Test func `slow answers come late, and others don't wait for them`() throws {
        let mock = try RunningMock()
        #expect(try mock.post("/t/slow/_mock?mode=slow&delay=0.3") == 200)
        let start = MonotonicClock.millis
        let slow = try mock.connect()
        slow.send("GET /t/slow HTTP/1.1\r\n\r\n")
        #expect(try mock.get("/") == 200)
        #expect(MonotonicClock.millis - start < 300)
        #expect(slow.status() == 200)
        #expect(MonotonicClock.millis - start >= 300)
    }

    @Test func `a timeout is silence and a reset is one`() throws {
        let mock = try RunningMock()
        #expect(try mock.post("/_mock?mode=timeout") == 200)
        let silent = try mock.connect()
        silent.send("GET / HTTP/1.1\r\n\r\n")
        #expect(!silent.isReadable(millis: 100))
        #expect(try mock.post("/_mock?mode=reset") == 200)
        let reset = try mock.connect()
        reset.send("GET / HTTP/1.1\r\n\r\n")
        #expect(reset.readError() == ECONNRESET)
        #expect(try mock.log().compactMap { $0["served"] } == [.string("timeout"), .string("reset")])
    }

    @Test func `one connection serves many requests`() throws {
        let mock = try RunningMock()
        let client = try mock.connect()
        for _ in 0..<3 {
            client.send("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi")
            #expect(client.status() == 200)
        }
    }
}
