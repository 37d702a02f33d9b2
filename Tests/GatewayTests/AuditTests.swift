import HTTPServer
import JSON
import Postgres
import Testing

@testable import Gateway

/// Who changed what: written with every change, and never a secret.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AuditTests {
    private func entries(_ door: Door, _ query: String = "") throws -> [JSONValue] {
        try door.send(.get, "/api/v1/audit\(query)", key: door.admin).document["items"]?.items ?? []
    }

    @Test func `an edit says who, when, from where, what and by which request`() throws {
        let door = try Door()
        let key = try door.makeKey(.editor)
        let body = #"{"name":"Shop","type":"http","target":"https://example.com","bearerToken":"hush-1"}"#
        #expect(door.send(.post, "/api/v1/monitors", key: key, body: body).status == 201)
        let edit = #"{"interval":30,"bearerToken":"hush-2","tags":["eu"]}"#
        #expect(door.send(.patch, "/api/v1/monitors/1", key: key, body: edit).status == 200)
        let edited = try #require(try self.entries(door).first)
        #expect(edited["actor"]?["kind"]?.text == "key")
        #expect(edited["actor"]?["name"]?.text == "editor")
        #expect(edited["address"]?.text == "local")
        #expect(edited["method"]?.text == "PATCH")
        #expect(edited["route"]?.text == "/api/v1/monitors/{id}")
        #expect(edited["subject"]?.text == "monitors/1")
        #expect(edited["request"]?.text?.count == 16)
        var changes: [String: JSONValue] = [:]
        for change in edited["changes"]?.items ?? [] { changes[change["field"]?.text ?? ""] = change }
        #expect(changes["interval"]?["from"]?.number == 60 && changes["interval"]?["to"]?.number == 30)
        #expect(changes["tags"]?["to"] == .array([.string("eu")]))
        #expect(
            changes["bearerToken"]
                == .object(JSONObject(members: [.init(name: "field", value: .string("bearerToken"))]))
        )
        #expect(changes["generation"] == nil && changes["name"] == nil)
    }

    @Test func `every call that changes something leaves one entry, and no secret is in any`() throws {
        let door = try Door()
        let secrets = ["hush-url", "hush-token", "hush password 1", "hush password 2", "hush-header"]
        let monitor = #"{"name":"m","type":"http","target":"https://x.test","headers":{"X-Key":"hush-header"}}"#
        let channel = #"{"name":"ops","type":"webhook","url":"https://example.com/hush-url"}"#
        let calls: [(HTTPMethod, String, String, String)] = [
            (.post, "/api/v1/monitors", monitor, "monitors/1"),
            (.patch, "/api/v1/monitors/1", #"{"bearerToken":"hush-token","enabled":false}"#, "monitors/1"),
            (.post, "/api/v1/monitors/1/check", "", "monitors/1"),
            (.delete, "/api/v1/monitors/1", "", "monitors/1"),
            (.post, "/api/v1/channels", channel, "channels/1"),
            (.patch, "/api/v1/channels/1", #"{"url":"https://example.com/hush-url/2"}"#, "channels/1"),
            (.post, "/api/v1/channels/1/secret", "", "channels/1"),
            (.post, "/api/v1/channels/1/test", "", "channels/1"),
            (.delete, "/api/v1/channels/1", "", "channels/1"),
            (.post, "/api/v1/keys", #"{"name":"k","role":"viewer"}"#, "keys/1"),
            (.delete, "/api/v1/keys/1", "", "keys/1"),
            (.post, "/api/v1/people", #"{"name":"ada","password":"hush password 1"}"#, "people/1"),
            (.patch, "/api/v1/people/1", #"{"password":"hush password 2"}"#, "people/1"),
            (.post, "/api/v1/sessions/tokens", #"{"person":1}"#, "people/1"),
            (.post, "/api/v1/sessions", #"{"name":"ada","password":"hush password 2"}"#, "sessions/1"),
            (.delete, "/api/v1/sessions/1", "", "sessions/1"),
            (.delete, "/api/v1/people/1", "", "people/1"),
        ]
        var shown: [String] = []
        for (count, call) in calls.enumerated() {
            let answer = door.send(call.0, call.1, key: call.1 == "/api/v1/sessions" ? nil : door.admin, body: call.2)
            #expect((200...299).contains(answer.status), "\(call.0) \(call.1): \(answer.text)")
            for name in ["key", "secret", "token"] {
                if !answer.bytes.isEmpty, let secret = try answer.document[name]?.text { shown.append(secret) }
            }
            let entries = try self.entries(door)
            #expect(entries.count == count + 1, "\(call.0) \(call.1)")
            #expect(entries.first?["subject"]?.text == call.3)
        }
        #expect(shown.count == 4)
        let log = try door.pool.withConnection { connection in
            try connection.query("SELECT audit::text FROM audit").map { try $0.text(0) }.joined()
        }
        for secret in secrets + shown { #expect(!log.contains(secret), "\(secret)") }
        #expect(!log.contains("argon2"))
        // What fails leaves nothing.
        #expect(door.send(.patch, "/api/v1/monitors/9", key: door.admin, body: "{}").status == 404)
        #expect(door.send(.post, "/api/v1/channels", key: door.admin, body: "{}").status == 400)
        #expect(try self.entries(door).count == calls.count)
        // Whose session was ended is named, and who signed in, though nobody asked.
        let ended = try #require(try self.entries(door, "?subject=sessions/1").first)
        #expect(ended["changes"]?.items.first?["field"]?.text == "person")
        #expect(ended["changes"]?.items.first?["from"]?.text == "ada")
        let signedIn = try #require(try self.entries(door, "?subject=sessions/1").last)
        #expect(signedIn["actor"]?["kind"]?.text == "person" && signedIn["actor"]?["name"]?.text == "ada")
    }

    @Test func `no route that changes something is without its entry`() throws {
        let door = try Door()
        let cookie = try door.session()
        let headers = [cookie, (name: "sec-fetch-site", value: "same-origin")]
        let monitor = #"{"name":"m","type":"tcp","target":"x:1"}"#
        let channel = #"{"name":"ops","type":"webhook","url":"https://example.com/"}"#
        try door.sql(
            """
            INSERT INTO incidents (id, monitor, name, target, started_ms, confirmed_ms) VALUES ('inc_1', 1, 'm', 'x:1', 1, 2);
            INSERT INTO announcements (id, type, at_ms, payload) VALUES ('a', 'channel.test', 1, '{}');
            INSERT INTO deliveries (announcement, channel, webhook_id, state) VALUES ('a', 1, 'msg_1', 'dead')
            """
        )
        let calls: [(HTTPMethod, String, String)] = [
            (.post, "/api/v1/monitors", monitor), (.patch, "/api/v1/monitors/1", #"{"interval":90}"#),
            (.post, "/api/v1/monitors/1/check", ""), (.post, "/api/v1/monitors/bulk", #"{"action":"pause","ids":[1]}"#),
            (.post, "/api/v1/incidents/inc_1/acknowledge", ""),
            (.post, "/api/v1/incidents/inc_1/comments", #"{"text":"looking"}"#),
            (.delete, "/api/v1/monitors/1", ""), (.post, "/api/v1/channels", channel),
            (.patch, "/api/v1/channels/1", "{}"), (.post, "/api/v1/deliveries/1/retry", ""),
            (.post, "/api/v1/channels/1/secret", ""), (.post, "/api/v1/channels/1/test", ""),
            (.delete, "/api/v1/channels/1", ""),
            (.post, "/sites", #"{"url":"https://example.com/","name":"s"}"#),
            (.post, "/webhooks", #"{"site_id":2,"discord_webhook_url":"https://example.com/"}"#),
            (.delete, "/webhooks/2", ""), (.delete, "/sites/2", ""),
            (.post, "/api/v1/keys", #"{"name":"k"}"#), (.delete, "/api/v1/keys/1", ""),
            (.post, "/api/v1/people", #"{"name":"ada"}"#), (.patch, "/api/v1/people/1", "{}"),
            (.post, "/api/v1/sessions/tokens", #"{"person":1}"#), (.delete, "/api/v1/people/1", ""),
            (.delete, "/api/v1/sessions/2", ""), (.delete, "/api/v1/sessions/current", ""),
        ]
        _ = try door.session()
        for (method, path, body) in calls {
            let answer = door.send(method, path, headers, body: body)
            #expect((200...299).contains(answer.status), "\(method) \(path): \(answer.text)")
        }
        let noted = try door.pool.withConnection { connection in
            Set(try connection.query("SELECT method || ' ' || route FROM audit").map { try $0.text(0) })
        }
        let changing = Permissions.table.filter { $0.method != .get }.map { "\($0.method.rawValue) \($0.template)" }
        #expect(noted == Set(changing))
    }

    @Test func `an entry calls what was changed by its present name, as long as it is there`() throws {
        let door = try Door()
        _ = try door.makePerson(.editor)
        _ = try door.makeKey(.viewer)
        let channel = #"{"name":"ops","type":"slack","url":"https://example.com/x"}"#
        #expect(door.send(.post, "/api/v1/channels", key: door.admin, body: channel).status == 201)
        let monitor = #"{"name":"m","type":"tcp","target":"x:1"}"#
        for _ in 0..<2 { #expect(door.send(.post, "/api/v1/monitors", key: door.admin, body: monitor).status == 201) }
        #expect(door.send(.patch, "/api/v1/monitors/1", key: door.admin, body: #"{"name":"Shop"}"#).status == 200)
        #expect(door.send(.delete, "/api/v1/monitors/2", key: door.admin).status == 204)
        #expect(door.send(.post, "/api/v1/sessions/tokens", key: door.admin).status == 201)
        try door.sql(
            """
            INSERT INTO incidents (id, monitor, name, target, started_ms, confirmed_ms) VALUES ('inc_1', 1, 'Till', 'x:1', 1, 2)
            """
        )
        #expect(door.send(.post, "/api/v1/incidents/inc_1/acknowledge", key: door.admin).status == 202)
        let names = try self.entries(door).map { ($0["subject"]?.text ?? "", $0["subjectName"]?.text) }
        let expected: [(String, String?)] = [
            ("incidents/inc_1", "Till"), ("sessions", nil), ("monitors/2", nil), ("monitors/1", "Shop"),
            ("monitors/2", nil), ("monitors/1", "Shop"), ("channels/1", "ops"), ("keys/1", "viewer"),
            ("people/1", "editor"),
        ]
        #expect(names.map(\.0) == expected.map(\.0) && names.map(\.1) == expected.map(\.1))
    }

    @Test func `entries are found by who, what and when, page by page`() throws {
        let door = try Door()
        let key = try door.makeKey(.editor)
        for number in 0..<5 {
            let body = #"{"name":"m\#(number)","type":"tcp","target":"x:1"}"#
            let by = number % 2 == 0 ? key : door.admin
            #expect(door.send(.post, "/api/v1/monitors", key: by, body: body).status == 201)
        }
        #expect(try self.entries(door).count == 6)
        #expect(try self.entries(door, "?actor=key").count == 3)
        #expect(try self.entries(door, "?actor=key/1").count == 3)
        #expect(try self.entries(door, "?actor=key/2").isEmpty)
        #expect(try self.entries(door, "?actor=adminKey").count == 3)
        #expect(try self.entries(door, "?subject=monitors/3").count == 1)
        #expect(try self.entries(door, "?subject=monitors").count == 5)
        #expect(try self.entries(door, "?subject=monitors&actor=adminKey").count == 2)
        #expect(try self.entries(door, "?subject=keys").count == 1)
        #expect(try self.entries(door, "?subject=monitor").isEmpty && self.entries(door, "?subject=monitors/").isEmpty)
        #expect(try self.entries(door, "?actor=adminKey").first?["actor"]?["name"]?.text == "Admin key")
        #expect(try self.entries(door, "?from=2100-01-01T00:00:00Z").isEmpty)
        #expect(try self.entries(door, "?to=2100-01-01T00:00:00Z").count == 6)
        var subjects: [String] = []
        var target = "/api/v1/audit?limit=2"
        for _ in 0..<5 {
            let page = try door.send(.get, target, key: door.admin).document
            subjects += page["items"]?.items.compactMap { $0["subject"]?.text } ?? []
            // What comes meanwhile is newer: it neither skips nor doubles.
            _ = try door.makeKey(.viewer)
            guard let cursor = page["nextCursor"]?.text else { break }
            target = "/api/v1/audit?limit=2&cursor=\(cursor)"
        }
        #expect(subjects == (1...5).reversed().map { "monitors/\($0)" } + ["keys/1"])
        let first = try door.send(.get, "/api/v1/audit?subject=monitors&limit=3", key: door.admin).document
        let cursor = try #require(first["nextCursor"]?.text)
        let rest = try self.entries(door, "?subject=monitors&limit=3&cursor=\(cursor)")
        #expect(rest.compactMap { $0["subject"]?.text } == ["monitors/2", "monitors/1"])
        for bad in [
            "actor=x", "actor=key/x", "actor=person/0", "from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "a=1",
        ] {
            #expect(door.send(.get, "/api/v1/audit?\(bad)", key: door.admin).status == 400, "\(bad)")
        }
    }
}
