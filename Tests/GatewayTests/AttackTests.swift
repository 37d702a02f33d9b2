import HTTPServer
import JSON
import Service
import Testing

@testable import Gateway

/// What an attacker tries at the door, each with the answer that gives nothing away.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AttackTests {
    @Test func `ten thousand parameters are one fault`() throws {
        let door = try Door()
        let query = String(repeating: "q=x&", count: 10_000)
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

    // MARK: Sessions and keys

    @Test func `a cookie that was planted before signing in opens nothing afterwards`() throws {
        let door = try Door()
        let attacker = try door.session()
        let person = try door.makePerson(.editor)
        for planted in [Credentials.makeToken(), String(attacker.value.dropFirst("apus_session=".count))] {
            let token = try door.makeToken(person: person)
            let headers = [
                (name: "sec-fetch-site", value: "same-origin"), ("cookie", "apus_session=\(planted)"),
            ]
            let opened = door.send(.post, "/api/v1/sessions", headers, body: #"{"token":"\#(token)"}"#)
            let cookie = try #require(opened.cookie)
            #expect(opened.status == 201 && cookie.value != "apus_session=\(planted)")
            #expect(door.send(.get, "/api/v1/monitors", [("cookie", "apus_session=\(planted)")]).status == 401)
            #expect(door.send(.get, "/api/v1/monitors", [cookie]).status == 200)
        }
    }

    @Test func `sessions and keys of others are neither seen nor ended, whatever id is tried`() throws {
        let door = try Door()
        let ours = (name: "sec-fetch-site", value: "same-origin")
        let victim = try door.session(person: try door.makePerson(.admin))
        let victimID = try #require(
            try door.send(.get, "/api/v1/sessions/current", [victim]).document["session"]?["id"]?.number
        )
        _ = try door.makeKey(.admin)
        for role in [Role.viewer, .editor] {
            let cookie = try door.session(person: try door.makePerson(role))
            let listed = try door.send(.get, "/api/v1/sessions", [cookie]).document["items"]?.items ?? []
            #expect(listed.count == 1 && listed.first?["id"]?.number != victimID)
            #expect(door.send(.get, "/api/v1/sessions?all=true", [cookie]).status == 403)
            for id in 1...victimID {
                #expect(door.send(.delete, "/api/v1/sessions/\(id)", [cookie, ours]).status == 404, "\(role) \(id)")
            }
            #expect(door.send(.delete, "/api/v1/keys/1", [cookie, ours]).status == 403)
            for path in ["keys", "audit", "dead-letters", "people", "people/1"] {
                #expect([403, 404].contains(door.send(.get, "/api/v1/\(path)", [cookie]).status), "\(role) \(path)")
            }
        }
        #expect(door.send(.get, "/api/v1/keys", [victim]).status == 200)
    }

    @Test func `an invented address in X-Forwarded-For does not let who guesses go on`() throws {
        for (proxies, expected) in [("", 429), ("192.0.2.1", 401)] {
            let door = try Door(["TRUSTED_PROXIES": proxies])
            var statuses: [Int] = []
            for number in 1...6 {
                let headers = [
                    (name: "x-forwarded-for", value: "198.51.100.\(number)"), ("sec-fetch-site", "same-origin"),
                ]
                let body = #"{"token":"\#(Credentials.makeToken())"}"#
                statuses.append(door.send(.post, "/api/v1/sessions", headers, body: body, from: "192.0.2.1").status)
            }
            #expect(statuses.last == expected, "\(proxies): \(statuses)")
        }
        // What a client invents stands before what its proxy adds.
        let door = try Door(["TRUSTED_PROXIES": "192.0.2.1"])
        var last = 0
        for number in 1...6 {
            let headers = [
                (name: "x-forwarded-for", value: "203.0.113.\(number), 198.51.100.7"),
                ("sec-fetch-site", "same-origin"),
            ]
            let body = #"{"token":"\#(Credentials.makeToken())"}"#
            last = door.send(.post, "/api/v1/sessions", headers, body: body, from: "192.0.2.1").status
        }
        #expect(last == 429)
    }

    @Test func `a live stream ends when the key that opened it runs out`() throws {
        let door = try Door()
        let key = try door.makeKey(.viewer)
        let answer = door.send(.get, "/api/v1/stream", key: key)
        guard case .events(let stream) = answer.body else { throw Refusal(response: answer) }
        try door.sql("UPDATE api_keys SET expires_at = now() + interval '1 h'")
        try door.credentials.refresh(door.pool)
        door.streams.closeUnwelcome(now: WallClock.millis + 3_500_000)
        #expect(stream.isOpen)
        door.streams.closeUnwelcome(now: WallClock.millis + 3_700_000)
        #expect(!stream.isOpen)
    }

    // MARK: Bodies

    /// A monitor but for one fault.
    private static func monitor(_ member: String) -> String { #"{"name":"m","type":"tcp","target":"x:1",\#(member)}"# }

    static let hostile: [(name: String, body: [UInt8])] =
        [
            ("a comma too many", Self.monitor("")),
            ("not a number", Self.monitor(#""interval":NaN"#)),
            ("too large a number", Self.monitor(#""interval":1e400"#)),
            ("a huge integer", Self.monitor(#""interval":\#(String(repeating: "9", count: 400))"#)),
            ("a negative number", Self.monitor(#""interval":-1"#)),
            ("a member twice", Self.monitor(#""name":"n""#)),
            ("half a surrogate", Self.monitor(#""group":"\ud800""#)),
            ("an escaped NUL", Self.monitor(#""group":"a\u0000b""#)),
            ("a byte order mark", "\u{FEFF}{}"), ("no object", "[]"), ("null", "null"), ("nothing", " "),
            ("100,000 arrays", String(repeating: "[", count: 100_000)),
            ("50,000 objects", String(repeating: #"{"a":"#, count: 50_000)),
            ("wrong types", #"{"name":{"$ne":1},"type":["tcp"],"target":7,"tags":"a"}"#),
            ("an endless list", Self.monitor(#""tags":[\#(String(repeating: "1,", count: 9_999))1]"#)),
        ].map { ($0.0, Array($0.1.utf8)) }
        + [("no UTF-8", Array(#"{"name":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8))]

    @Test(arguments: Self.hostile.map(\.name)) func `a hostile body is a fault of its sender`(name: String) throws {
        let body = try #require(Self.hostile.first { $0.name == name }).body
        let door = try Door()
        let headers = [(name: "authorization", value: "Bearer \(door.admin)"), ("content-type", "application/json")]
        let answer = door.router.respond(
            to: HTTPRequest(method: .post, target: "/api/v1/monitors", headers: HTTPHeaders(headers), body: body)
        )
        #expect(answer.status == 400 && answer.bytes.count < 64 << 10, "\(answer.text.prefix(200))")
        #expect(try answer.document["title"]?.text == "Bad Request")
        #expect(try door.count("monitors") == 0)
    }
}
