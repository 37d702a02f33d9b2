import Crypto
import Events
import HTTPServer
import JSON
import Schema
import Service
import TestServers
import Testing

@testable import Gateway
@testable import Postgres

/// The whole API without a socket: who may enter, and that the description says what is there.
@Suite(.serialized, .timeLimit(.minutes(1))) struct APITests {
    private static let admin = Door.adminKey

    private func object(_ response: HTTPResponse) throws -> JSONObject {
        guard case .bytes(let bytes) = response.body, case .object(let object) = try JSONParser.parse(bytes) else {
            Issue.record("no object: \(response)")
            return JSONObject()
        }
        return object
    }

    @Test func `a viewer reads, an editor changes, only an admin makes keys`() throws {
        let door = try Door()
        func make(_ role: String) throws -> String {
            let made = door.send(.post, "/api/v1/keys", key: Self.admin, body: #"{"name":"k","role":"\#(role)"}"#)
            #expect(made.status == 201)
            guard case .string(let key)? = try self.object(made)["key"] else { return "" }
            return key
        }
        let viewer = try make("viewer")
        let editor = try make("editor")
        let body = #"{"name":"m","type":"tcp","target":"x:1"}"#
        #expect(door.send(.get, "/api/v1/monitors", key: viewer).status == 200)
        #expect(door.send(.post, "/api/v1/monitors", key: viewer, body: body).status == 403)
        #expect(door.send(.post, "/api/v1/monitors", key: editor, body: body).status == 201)
        #expect(door.send(.get, "/api/v1/keys", key: editor).status == 403)
        let listed = door.send(.get, "/api/v1/keys", key: Self.admin)
        guard case .bytes(let bytes) = listed.body else { return }
        #expect(!String(decoding: bytes, as: UTF8.self).contains(viewer))
    }

    @Test func `a key that was taken back or has expired opens nothing`() throws {
        let door = try Door()
        let made = try self.object(
            door.send(.post, "/api/v1/keys", key: Self.admin, body: #"{"name":"k","role":"viewer","expiresIn":60}"#)
        )
        guard case .string(let key)? = made["key"], case .integer(let id)? = made["id"] else { return }
        // Found the long way at first, then by what is remembered of it.
        for _ in 0..<2 {
            #expect(door.credentials.caller(ofKey: key, now: WallClock.millis)?.role == .viewer)
            #expect(door.credentials.caller(ofKey: key, now: WallClock.millis + 61_000) == nil)
            #expect(door.credentials.caller(ofKey: key + "x", now: WallClock.millis) == nil)
            #expect(door.credentials.caller(ofCookie: key, now: WallClock.millis) == nil)
        }
        #expect(door.send(.delete, "/api/v1/keys/\(id)", key: Self.admin).status == 204)
        #expect(door.send(.get, "/api/v1/monitors", key: key).status == 401)
        #expect(door.send(.delete, "/api/v1/keys/\(id)", key: Self.admin).status == 404)
    }

    @Test func `a key counts however its scheme is written, and only as a whole`() throws {
        let door = try Door()
        let key = try door.makeKey(.viewer)
        func status(_ authorization: String) -> Int {
            door.send(.get, "/api/v1/monitors", [("authorization", authorization)]).status
        }
        for _ in 0..<2 {
            for scheme in ["Bearer ", "bearer ", "BEARER ", "Bearer   "] { #expect(status(scheme + key) == 200) }
            for wrong in [
                key, "Bearer", "Bearer\(key)", "Bearer\t\(key)", "Basic \(key)", "Bearers \(key)", "Bearer \(key) ",
                "Bearer \(key.dropLast())", "Bearer \(key),\(key)",
            ] { #expect(status(wrong) == 401, "\(wrong)") }
        }
    }

    @Test func `the description names every route and no other`() throws {
        let door = try Door()
        let response = door.send(.get, "/openapi.yaml", key: nil)
        guard case .shared(let document) = response.body else { return }
        var described: Set<String> = []
        var path = ""
        for line in String(decoding: document.bytes, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("components:") { break }
            if line.hasPrefix("  /"), line.hasSuffix(":") { path = String(line.dropFirst(2).dropLast()) }
            for method in ["get", "post", "patch", "delete", "put"] where line == "    \(method):" {
                described.insert("\(method.uppercased()) \(path)")
            }
        }
        #expect(described == Set(door.api.routes.map { "\($0.method.rawValue) \($0.template)" }))
    }

    @Test func `a monitor that is too large for the log is refused, and spoils no list`() throws {
        let door = try Door()
        let headers = (0..<30).map { #""x-\#($0)":"\#(String(repeating: "v", count: 6_000))""# }.joined(separator: ",")
        let body = String(repeating: "b", count: 65_536)
        let large = #"{"name":"m","type":"http","target":"http://x","body":"\#(body)","headers":{\#(headers)}}"#
        let refusal = door.send(.post, "/api/v1/monitors", key: Self.admin, body: large)
        #expect(refusal.status == 400)
        #expect(door.send(.get, "/api/v1/monitors", key: Self.admin).status == 200)
        let small = #"{"name":"m","type":"http","target":"http://x","body":"\#(body)"}"#
        let made = try door.send(.post, "/api/v1/monitors", key: Self.admin, body: small).document
        let id = try #require(made["id"]?.number)
        let edit = door.send(.patch, "/api/v1/monitors/\(id)", key: Self.admin, body: #"{"headers":{\#(headers)}}"#)
        #expect(edit.status == 400)
        #expect(door.send(.get, "/api/v1/monitors", key: Self.admin).status == 200)
    }

    @Test func `a channel's secret is shown once and its URL never`() throws {
        let door = try Door()
        let body = #"{"name":"ops","type":"webhook","url":"https://example.com/hush"}"#
        let made = try self.object(door.send(.post, "/api/v1/channels", key: Self.admin, body: body))
        guard case .string(let secret)? = made["secret"] else {
            Issue.record("no secret")
            return
        }
        #expect(secret.hasPrefix("whsec_"))
        #expect(made["default"] == .boolean(true))
        let twice = door.send(.post, "/api/v1/channels", key: Self.admin, body: body)
        #expect(twice.status == 409 && twice.text.contains("#/name"))
        for target in ["/api/v1/channels", "/api/v1/channels/1"] {
            guard case .bytes(let bytes) = door.send(.get, target, key: Self.admin).body else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("hush") && !text.contains("whsec"))
        }
        let tested = try self.object(door.send(.post, "/api/v1/channels/1/test", key: Self.admin))
        #expect(tested["delivery"] != nil)
        #expect(door.send(.post, "/api/v1/channels/9/test", key: Self.admin).status == 404)
    }

    @Test func `a webhook's secret is replaced, and the former one signs for a day longer`() throws {
        let door = try Door()
        func secrets() throws -> ChannelSecrets {
            let record = try door.pool.withConnection { try $0.query("SELECT definition FROM channels")[0].text(0) }
            func channel() throws -> Channel { try Channel.decode(record.utf8.span) }
            return try Sealer(door.secretKey).openChannel(channel().sealed)
        }
        let body = #"{"name":"ops","type":"webhook","url":"https://example.com/"}"#
        let first = try self.object(door.send(.post, "/api/v1/channels", key: Self.admin, body: body))["secret"]?.text
        let answer = door.send(.post, "/api/v1/channels/1/secret", key: Self.admin)
        #expect(answer.headers.contains { $0 == ("Cache-Control", "no-store") })
        let second = try self.object(answer)["secret"]?.text
        #expect(second?.hasPrefix("whsec_") == true && second != first)
        let (now, day): (Int64, Int64) = (WallClock.millis, 86_400_000)
        #expect(try secrets().signing(now: now) == [second, first])
        #expect(try secrets().signing(now: now + day) == [second])
        // An edit keeps both, and so does a third secret on the same day.
        #expect(door.send(.patch, "/api/v1/channels/1", key: Self.admin, body: #"{"name":"o"}"#).status == 200)
        #expect(try secrets().signing(now: now) == [second, first])
        let third = try self.object(door.send(.post, "/api/v1/channels/1/secret", key: Self.admin))["secret"]?.text
        #expect(try secrets().signing(now: now) == [third, second, first])

        let stale = [(name: "authorization", value: "Bearer \(Self.admin)"), (name: "if-match", value: "\"1\"")]
        #expect(door.send(.post, "/api/v1/channels/1/secret", stale).status == 412)
        #expect(door.send(.post, "/api/v1/channels/9/secret", key: Self.admin).status == 404)
        let slack = #"{"type":"slack"}"#
        #expect(door.send(.patch, "/api/v1/channels/1", key: Self.admin, body: slack).status == 200)
        #expect(door.send(.post, "/api/v1/channels/1/secret", key: Self.admin).status == 409)
    }

    @Test func `a monitor whose channel is gone can still be edited`() throws {
        let door = try Door()
        let channel = #"{"name":"ops","type":"webhook","url":"https://hooks.example/x"}"#
        #expect(door.send(.post, "/api/v1/channels", key: Self.admin, body: channel).status == 201)
        let monitor = #"{"name":"Shop","type":"http","target":"https://example.com","channels":[1]}"#
        #expect(door.send(.post, "/api/v1/monitors", key: Self.admin, body: monitor).status == 201)
        // As an older version left it, which deleted channels that were named.
        try door.pool.withConnection { _ = try $0.query("DELETE FROM channels") }
        let path = "/api/v1/monitors/1"
        #expect(door.send(.patch, path, key: Self.admin, body: #"{"enabled":false}"#).status == 200)
        #expect(door.send(.patch, path, key: Self.admin, body: #"{"channels":[1,2]}"#).status == 400)
        #expect(door.send(.patch, path, key: Self.admin, body: #"{"channels":[]}"#).status == 200)
        #expect(door.send(.patch, path, key: Self.admin, body: #"{"channels":[1]}"#).status == 400)
    }

    @Test func `an edit that changes nothing makes no generation and no entry of the audit log`() throws {
        let door = try Door()
        let monitor =
            #"{"name":"Shop","type":"http","target":"https://example.com","headers":{"X-Key":"hush"},"tags":["a"]}"#
        #expect(door.send(.post, "/api/v1/monitors", key: Self.admin, body: monitor).status == 201)
        let path = "/api/v1/monitors/1"
        func entries() throws -> Int {
            try door.send(.get, "/api/v1/audit?subject=monitors/1", key: Self.admin).document["items"]?.items.count ?? 0
        }
        for same in ["{}", #"{"name":"Shop","tags":["a"]}"#, #"{"headers":{"X-Key":"hush"}}"#] {
            let answer = door.send(.patch, path, key: Self.admin, body: same)
            #expect(answer.status == 200)
            #expect(try answer.document["generation"]?.number == 1, "\(same)")
        }
        #expect(try entries() == 1)
        let other = door.send(.patch, path, key: Self.admin, body: #"{"headers":{"X-Key":"other"}}"#)
        #expect(try other.document["generation"]?.number == 2, "a secret counts, too")
        #expect(try entries() == 2)
    }

    @Test func `a change that may have been stored is not said to be undone`() throws {
        let answers = Answers(log: Log(process: "test", level: .error))
        let request = HTTPRequest(method: .post, target: "/", headers: HTTPHeaders([]), body: [])
        func detail(_ code: PostgresError.Code) throws -> String? {
            let answer = answers.answer(request) { throw PostgresError(code, "the connection broke") }
            #expect(answer.status == 503)
            return try self.object(answer)["detail"]?.text
        }
        #expect(try detail(.unknownCommit)?.contains("may be there") == true)
        #expect(try detail(.connectionLost)?.contains("nothing was changed") == true)
    }

    @Test func `a channel that a monitor names is not deleted under it`() throws {
        let door = try Door()
        let channel = #"{"name":"ops","type":"webhook","url":"https://example.com/"}"#
        #expect(door.send(.post, "/api/v1/channels", key: Self.admin, body: channel).status == 201)
        let monitor = #"{"name":"m","type":"tcp","target":"x:1","channels":[1]}"#
        #expect(door.send(.post, "/api/v1/monitors", key: Self.admin, body: monitor).status == 201)
        #expect(door.send(.delete, "/api/v1/channels/1", key: Self.admin).status == 409)
        let edited = door.send(.patch, "/api/v1/monitors/1", key: Self.admin, body: #"{"channels":null}"#)
        #expect(edited.status == 200)
        #expect(door.send(.delete, "/api/v1/channels/1", key: Self.admin).status == 204)
    }

    @Test func `ids that are none are not found and pages end`() throws {
        let door = try Door()
        for id in ["0", "-1", "01", "x", "9223372036854775808", "1e3", "%31"] {
            #expect(door.send(.get, "/api/v1/monitors/\(id)", key: Self.admin).status == 404, "\(id)")
        }
        for number in 0..<5 {
            let body = #"{"name":"m\#(number)","type":"tcp","target":"x:1"}"#
            #expect(door.send(.post, "/api/v1/monitors", key: Self.admin, body: body).status == 201)
        }
        var seen: [JSONValue] = []
        var target = "/api/v1/monitors?limit=2"
        for _ in 0..<5 {
            let page = try self.object(door.send(.get, target, key: Self.admin))
            if case .array(let items)? = page["items"] { seen += items }
            guard case .string(let cursor)? = page["nextCursor"] else { break }
            target = "/api/v1/monitors?limit=2&cursor=\(cursor)"
        }
        #expect(seen.count == 5)
        #expect(door.send(.get, "/api/v1/monitors?cursor=abc", key: Self.admin).status == 400)
        #expect(door.send(.get, "/api/v1/monitors?limit=0&wat=1", key: Self.admin).status == 400)
        #expect(door.send(.get, "/api/v1/monitors?limit=1&limit=2", key: Self.admin).status == 400)
    }
}
