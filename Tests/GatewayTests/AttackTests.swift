import HTTPServer
import JSON
import Service
import Testing

@testable import Gateway

/// What an attacker tries at the door, each with the answer that gives nothing away.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AttackTests {
    @Test func `ten thousand parameters are one fault`() throws {
        let door = try Door()
        let query = String(repeating: "q=x&", count: 1_990)
        for target in ["/api/v1/status", "/api/v1/monitors", "/api/v1/cards", "/api/v1/audit"] {
            let answer = door.send(.get, "\(target)?\(query)", key: door.admin)
            #expect(answer.status == 400 && answer.text.utf8.count < 1_000, "\(target)")
        }
    }

    @Test func `a cursor that was changed by one bit or belongs to another list is refused`() throws {
        let door = try Door()
        for number in 1...3 {
            let body = #"{"name":"m\#(number)","type":"tcp","target":"x:1"}"#
            #expect(door.send(.post, "/api/v1/monitors", key: door.admin, body: body).status == 201)
        }
        let page = door.send(.get, "/api/v1/monitors?limit=1", key: door.admin)
        let cursor = try #require(try page.document["nextCursor"]?.text)
        #expect(door.send(.get, "/api/v1/monitors?cursor=\(cursor)", key: door.admin).status == 200)
        for list in ["people", "keys", "channels", "audit", "incidents", "deliveries"] {
            #expect(door.send(.get, "/api/v1/\(list)?cursor=\(cursor)", key: door.admin).status == 400, "\(list)")
        }
        let letters = Array(cursor)
        for index in letters.indices.dropLast() {
            var changed = letters
            changed[index] = letters[index] == "A" ? "B" : "A"
            let answer = door.send(.get, "/api/v1/monitors?cursor=\(String(changed))", key: door.admin)
            #expect(answer.status == 400, "\(index)")
        }
    }

    @Test func `members that nobody may set are refused, not taken`() throws {
        let door = try Door()
        let monitor = #"{"name":"m","type":"tcp","target":"x:1""#
        for more in [#""id":7"#, #""generation":9"#, #""tenant_id":1"#, #""role":"admin""#, ##""__proto__":{}"##] {
            #expect(door.send(.post, "/api/v1/monitors", key: door.admin, body: "\(monitor),\(more)}").status == 400)
        }
        let key = #"{"name":"k","role":"viewer","key":"mine-mine-mine-mine"}"#
        #expect(door.send(.post, "/api/v1/keys", key: door.admin, body: key).status == 400)
        #expect(try door.count("monitors") == 0)
    }

    @Test func `a forwarded host, scheme, path or method changes nothing for who is not trusted`() throws {
        let door = try Door()
        let forged = [
            (name: "x-forwarded-host", value: "evil.example"), ("x-forwarded-proto", "https"),
            ("x-forwarded-prefix", "/evil"), ("x-original-url", "/api/v1/keys"), ("x-rewrite-url", "/api/v1/keys"),
            ("forwarded", "for=127.0.0.1;host=evil.example;proto=https"), ("x-http-method-override", "DELETE"),
        ]
        let key = [(name: "authorization", value: "Bearer \(door.admin)")]
        let made = door.send(.post, "/api/v1/sessions/tokens", key + forged + [("host", "apus.example")])
        let url = try #require(try made.document["url"]?.text)
        #expect(url.hasPrefix("http://apus.example/sign-in#"))
        let body = #"{"name":"m","type":"tcp","target":"x:1"}"#
        let created = door.send(.post, "/api/v1/monitors", key + forged, body: body)
        #expect(created.status == 201 && created.header("Location") == "/api/v1/monitors/1")
        #expect(door.send(.get, "/api/v1/monitors/1", key + forged).status == 200)
        #expect(try door.count("monitors") == 1)
    }

    @Test func `no address leads elsewhere`() throws {
        let door = try Door()
        for target in [
            "//evil.example", "/\\evil.example", "/sign-in?next=https://evil.example", "/%2F%2Fevil.example",
        ] {
            let answer = door.send(.get, target, key: door.admin)
            #expect(!(300..<400).contains(answer.status) && answer.header("Location") == nil, "\(target)")
        }
    }

    @Test func `line ends and escapes sent by a client stay inside one entry`() throws {
        let door = try Door()
        let hostile = "a\r\nb\u{1B}[31m"
        let headers = [
            (name: "authorization", value: "Bearer \(door.admin)"), ("x-request-id", hostile), ("user-agent", hostile),
        ]
        let made = door.send(.post, "/api/v1/keys", headers, body: #"{"name":"k","role":"viewer"}"#)
        #expect(made.status == 201)
        let entry = door.send(.get, "/api/v1/audit?limit=1", key: door.admin)
        #expect(!entry.text.contains("[31m"))
        // A problem that quotes what was sent is still one line of JSON.
        let answer = door.send(.get, "/api/v1/monitors?a%5B31m=1&b=%1B", key: door.admin)
        #expect(answer.status == 400 && !answer.bytes.contains { $0 < 0x20 })
    }
}
