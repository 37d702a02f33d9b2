import HTTPServer
import JSON
import Postgres
import Service
import TestServers
import Testing

@testable import Gateway

/// Sessions of browsers, tried as their owners and as attackers would.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SessionTests {
    /// Fields that a browser sends with a request of our own page.
    private static let ours = (name: "sec-fetch-site", value: "same-origin")

    // MARK: One-time tokens

    @Test func `a sign-in link opens a session once`() throws {
        let door = try Door(["APUS_PUBLIC_URL": "https://apus.example.com/"])
        let made = try door.send(.post, "/api/v1/sessions/tokens", key: door.admin).document
        let token = try #require(made["token"]?.text)
        #expect(made["url"]?.text == "https://apus.example.com/sign-in#token=\(token)")
        let opened = door.signIn(#"{"token":"\#(token)"}"#)
        #expect(opened.status == 201)
        let cookie = try #require(opened.cookie)
        let attributes = try #require(opened.header("Set-Cookie"))
        #expect(attributes.hasSuffix("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"))
        #expect(try opened.document["role"]?.text == "admin")
        #expect(try opened.document["person"] == .null)
        #expect(door.signIn(#"{"token":"\#(token)"}"#).status == 401)
        #expect(door.send(.get, "/api/v1/monitors", [cookie]).status == 200)
        let current = try door.send(.get, "/api/v1/sessions/current", [cookie]).document
        #expect(current["session"]?["isCurrent"] == .boolean(true))
        #expect(current["session"]?["byToken"] == .boolean(true))
        // The table holds neither cookie nor token.
        let dump = try door.pool.withConnection { connection in
            try connection.query("SELECT sessions::text FROM sessions").map { try $0.text(0) }.joined()
        }
        #expect(!dump.contains(cookie.value.dropFirst("apus_session=".count)) && !dump.contains(token))
    }

    @Test func `a sign-in link that has run out, or was made up, opens nothing`() throws {
        let door = try Door()
        let token = try door.makeToken()
        try door.sql("UPDATE sign_in_tokens SET expires_at = now()")
        for token in [token, "", "x", Credentials.makeToken(), door.admin] where !token.isEmpty {
            #expect(door.signIn(#"{"token":"\#(token)"}"#).status == 401)
        }
        #expect(try door.count("sessions") == 0)
    }

    @Test func `a document that is neither of the two ways is refused field by field`() throws {
        let door = try Door()
        #expect(try door.signIn("{}").pointers == ["#/name", "#/password"])
        #expect(try door.signIn(#"{"token":"a","name":"b"}"#).pointers == ["#/name"])
        #expect(try door.signIn(#"{"name":"b","password":7}"#).pointers == ["#/password"])
        #expect(try door.signIn(#"{"name":"b","password":"c","remember":true}"#).pointers == ["#/remember"])
        #expect(door.signIn("name=b&password=c", type: "application/x-www-form-urlencoded").status == 415)
    }

    @Test func `who is nobody is told so without an error`() throws {
        let door = try Door()
        for headers in [[], [(name: "cookie", value: "apus_session=made-up")]] {
            let current = door.send(.get, "/api/v1/sessions/current", headers)
            #expect(current.status == 200)
            #expect(try current.document["session"] == .null && current.document["role"] == .null)
        }
        #expect(door.send(.get, "/api/v1/monitors", [("cookie", "apus_session=made-up")]).status == 401)
    }

    @Test func `a cookie is no key, a key no cookie, and neither is a token`() throws {
        let door = try Door()
        let key = try door.makeKey(.admin)
        let cookie = try door.session().value.dropFirst("apus_session=".count)
        let token = try door.makeToken()
        for wrong in [String(cookie), token] {
            #expect(door.send(.get, "/api/v1/monitors", key: wrong).status == 401)
        }
        for wrong in [key, door.admin, token, ""] {
            #expect(door.send(.get, "/api/v1/monitors", [("cookie", "apus_session=\(wrong)")]).status == 401)
        }
        // Who names a key means it, whatever cookie comes with it.
        let both = [(name: "authorization", value: "Bearer wrong"), (name: "cookie", value: "apus_session=\(cookie)")]
        #expect(door.send(.get, "/api/v1/monitors", both).status == 401)
        // A neighbour's cookie of the same name does not hide ours.
        let tossed = [(name: "cookie", value: "apus_session=theirs; a=b; apus_session=\(cookie)")]
        #expect(door.send(.get, "/api/v1/monitors", tossed).status == 200)
    }

    // MARK: Its end

    @Test func `a session says whose it is: a person's, a key's, or the admin key's`() throws {
        let door = try Door()
        let ada = try door.makePerson(.viewer)
        let cookies = [
            try door.session(), try door.session(key: try door.makeKey(.admin)), try door.session(person: ada),
        ]
        let owners = try door.send(.get, "/api/v1/sessions?all=true", key: door.admin).document["items"]?.items ?? []
        #expect(owners.map { $0["person"]?["name"]?.text } == [nil, nil, "viewer"])
        #expect(owners.map { $0["key"]?["name"]?.text } == [nil, "admin", nil])
        for (cookie, owner) in zip(cookies, owners) {
            let current = try door.send(.get, "/api/v1/sessions/current", [cookie]).document["session"]
            #expect(current?["person"] == owner["person"] && current?["key"] == owner["key"])
        }
    }

    @Test func `signing out ends the session and takes the cookie back`() throws {
        let door = try Door()
        let cookie = try door.session()
        let out = door.send(.delete, "/api/v1/sessions/current", [cookie, Self.ours])
        #expect(out.status == 204)
        #expect(out.header("Set-Cookie")?.hasPrefix("apus_session=; Max-Age=0; Path=/; HttpOnly") == true)
        #expect(door.send(.get, "/api/v1/monitors", [cookie]).status == 401)
        #expect(door.send(.delete, "/api/v1/sessions/current", key: door.admin).status == 404)
    }

    @Test func `a session ends when it idles, when its time is over, and with the key that opened it`() throws {
        let door = try Door(["SESSION_IDLE": "1000", "SESSION_LIFETIME": "5000"])
        let key = try door.makeKey(.editor)
        let cookie = try door.session(key: door.admin)
        let value = String(cookie.value.dropFirst("apus_session=".count))
        let now = WallClock.millis
        #expect(door.credentials.caller(ofCookie: value, now: now + 900_000) != nil)
        #expect(door.credentials.caller(ofCookie: value, now: now + 1_800_000) != nil)
        #expect(door.credentials.caller(ofCookie: value, now: now + 2_900_000) == nil)

        let other = try door.session(key: door.admin)
        let otherValue = String(other.value.dropFirst("apus_session=".count))
        for step in 1...5 {
            #expect(door.credentials.caller(ofCookie: otherValue, now: now + Int64(step) * 950_000) != nil)
        }
        #expect(door.credentials.caller(ofCookie: otherValue, now: now + 5_600_000) == nil)

        // Only admins make links; an admin's key that is taken back ends what it opened.
        #expect(door.send(.post, "/api/v1/sessions/tokens", key: key).status == 403)
        let adminKey = try door.makeKey(.admin)
        let opened = try door.session(key: adminKey)
        #expect(door.send(.get, "/api/v1/keys", [opened]).status == 200)
        let keys = try door.send(.get, "/api/v1/keys", key: door.admin).document["items"]?.items ?? []
        let id = try #require(keys.last?["id"]?.number)
        #expect(door.send(.delete, "/api/v1/keys/\(id)", key: door.admin).status == 204)
        #expect(door.send(.get, "/api/v1/keys", [opened]).status == 401)
    }

    @Test func `a key that has expired ends its sessions and makes none`() throws {
        let door = try Door()
        let key = try door.makeKey(.admin)
        let cookie = try door.session(key: key)
        let value = String(cookie.value.dropFirst("apus_session=".count))
        let token = try door.makeToken(key: key)
        let now = WallClock.millis
        try door.sql("UPDATE api_keys SET expires_at = now() + interval '1 h'")
        try door.credentials.refresh(door.pool)
        #expect(door.credentials.caller(ofCookie: value, now: now + 3_500_000) != nil)
        #expect(door.credentials.caller(ofCookie: value, now: now + 3_700_000) == nil)
        try door.sql("UPDATE api_keys SET expires_at = now() - interval '1 s'")
        #expect(door.signIn(#"{"token":"\#(token)"}"#).status == 401)
    }

    @Test func `a session of the admin's key ends when that key is another one`() throws {
        let door = try Door()
        let cookie = try door.session()
        let value = String(cookie.value.dropFirst("apus_session=".count))
        let other = Credentials(
            secretKey: door.secretKey,
            adminKey: Secret("another-admin-key"),
            limits: door.credentials.limits
        )
        try other.refresh(door.pool)
        #expect(other.caller(ofCookie: value, now: WallClock.millis) == nil)
        let same = Credentials(
            secretKey: door.secretKey,
            adminKey: Secret(door.admin),
            limits: door.credentials.limits
        )
        try same.refresh(door.pool)
        #expect(same.caller(ofCookie: value, now: WallClock.millis)?.role == .admin)
    }

    @Test func `a live stream ends with its session, its key, and nobody else's`() throws {
        let door = try Door()
        let key = try door.makeKey(.viewer)
        let cookie = try door.session()
        func follow(_ headers: [(name: String, value: String)]) throws -> EventStream {
            let response = door.send(.get, "/api/v1/stream", headers)
            guard case .events(let stream) = response.body else { throw Refusal(response: response) }
            return stream
        }
        let byKey = try follow([(name: "authorization", value: "Bearer \(key)")])
        let byCookie = try follow([cookie])
        let byAdmin = try follow([(name: "authorization", value: "Bearer \(door.admin)")])
        door.streams.closeUnwelcome(now: WallClock.millis)
        #expect(byKey.isOpen && byCookie.isOpen && byAdmin.isOpen)
        #expect(door.send(.delete, "/api/v1/sessions/current", [cookie, Self.ours]).status == 204)
        door.streams.closeUnwelcome(now: WallClock.millis)
        #expect(byKey.isOpen && !byCookie.isOpen && byAdmin.isOpen)
        try door.sql("DELETE FROM api_keys")
        try door.credentials.refresh(door.pool)
        door.streams.closeUnwelcome(now: WallClock.millis)
        #expect(!byKey.isOpen && byAdmin.isOpen)
    }

    @Test func `what is taken back elsewhere ends within seconds`() throws {
        let door = try Door()
        let key = try door.makeKey(.viewer)
        let response = door.send(.get, "/api/v1/stream", key: key)
        guard case .events(let stream) = response.body else { throw Refusal(response: response) }
        let upkeep = PeopleUpkeep(door.pool, limits: door.credentials.limits, auditRetention: 1)
        let refresh = CredentialRefresh(door.credentials, streams: door.streams, upkeep: upkeep, pool: door.pool)
        refresh.start()
        defer { refresh.stop() }
        // As another gateway does it.
        try door.sql("DELETE FROM api_keys")
        #expect(eventually { !stream.isOpen })
        #expect(door.send(.get, "/api/v1/status", key: key).status == 401)
    }

    @Test func `no cache keeps what a cookie opened`() throws {
        let door = try Door()
        let cookie = try door.session()
        for path in ["/api/v1/monitors", "/api/v1/status", "/api/v1/sessions/current"] {
            #expect(door.send(.get, path, [cookie]).header("Cache-Control") == "no-store", "\(path)")
        }
        #expect(door.send(.get, "/openapi.yaml", [cookie]).header("Cache-Control") == "max-age=300")
        #expect(door.send(.get, "/api/v1/monitors", key: door.admin).header("Cache-Control") == nil)
    }

    @Test func `uses are written, and what has run out is thrown away`() throws {
        let door = try Door(["SESSION_IDLE": "1000"])
        let key = try door.makeKey(.viewer)
        let cookie = try door.session()
        _ = try door.makeToken()
        let value = String(cookie.value.dropFirst("apus_session=".count))
        let later = WallClock.millis + 600_000
        _ = door.credentials.caller(ofCookie: value, now: later)
        _ = door.credentials.caller(ofKey: key, now: later)
        let upkeep = PeopleUpkeep(door.pool, limits: door.credentials.limits, auditRetention: 1)
        #expect(door.credentials.unwrittenUses().count == 2)
        try upkeep.write(door.credentials.unwrittenUses())
        try door.credentials.refresh(door.pool)
        #expect(door.credentials.unwrittenUses().isEmpty)
        let keys = try door.send(.get, "/api/v1/keys", key: door.admin).document["items"]?.items
        #expect(keys?.first?["lastUsedAt"]?.text == Timestamp.rfc3339(later))

        try upkeep.removeWhatHasRunOut(now: 0)
        #expect(try door.count("sessions") == 1 && door.count("sign_in_tokens") == 1 && door.count("audit") > 0)
        try door.sql(
            """
            UPDATE sessions SET seen_at = now() - interval '1001 s';
            UPDATE sign_in_tokens SET expires_at = now() - interval '1 s';
            UPDATE audit SET at = now() - interval '25 h'
            """
        )
        try upkeep.removeWhatHasRunOut(now: 3_599_999)
        #expect(try door.count("sessions") == 1)
        try upkeep.removeWhatHasRunOut(now: 3_600_001)
        #expect(try door.count("sessions") == 0 && door.count("sign_in_tokens") == 0 && door.count("audit") == 0)
    }

    // MARK: Forged requests

    @Test func `what a cookie authorises must come from our own pages`() throws {
        let door = try Door(["APUS_PUBLIC_URL": "https://public.example.com/apus"])
        let cookie = try door.session()
        let sent: [([(name: String, value: String)], isOurs: Bool)] = [
            ([("sec-fetch-site", "same-origin")], true),
            ([("sec-fetch-site", "same-site")], false),
            ([("sec-fetch-site", "cross-site")], false),
            ([("sec-fetch-site", "none")], false),
            ([("sec-fetch-site", "")], false),
            ([("sec-fetch-site", "cross-site"), ("origin", "http://apus.test:8080")], false),
            ([("origin", "http://apus.test:8080")], true),
            ([("origin", "https://APUS.test:8080")], true),
            ([("origin", "https://public.example.com")], true),
            ([("origin", "https://public.example.com.evil.test")], false),
            ([("origin", "http://apus.test")], false),
            ([("origin", "http://apus.test:8080.evil.test")], false),
            ([("origin", "null")], false),
            ([("origin", "")], false),
            ([("referer", "http://apus.test:8080/")], false),
            ([], false),
        ]
        let body = #"{"name":"m","type":"tcp","target":"x:1"}"#
        for (fields, isOurs) in sent {
            let headers = [cookie, (name: "host", value: "apus.test:8080")] + fields
            let made = door.send(.post, "/api/v1/monitors", headers, body: body)
            #expect(made.status == (isOurs ? 201 : 403), "\(fields)")
            let path = made.header("Location") ?? "/api/v1/monitors/1"
            #expect(door.send(.patch, path, headers, body: "{}").status == (isOurs ? 200 : 403), "\(fields)")
            #expect(door.send(.delete, path, headers).status == (isOurs ? 204 : 403), "\(fields)")
            // Reading is harmless: no other page may see the answer.
            #expect(door.send(.get, "/api/v1/monitors", headers).status == 200)
        }
    }

    @Test func `a form of another page can change nothing, even where no body is wanted`() throws {
        let door = try Door()
        let cookie = try door.session()
        let body = #"{"name":"m","type":"tcp","target":"x:1"}"#
        #expect(door.send(.post, "/api/v1/monitors", [cookie, Self.ours], body: body).status == 201)
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let sent = door.send(.post, "/api/v1/monitors/1/check", [cookie, Self.ours], body: body, type: type)
            #expect(sent.status == 415, "\(type)")
        }
        #expect(door.send(.post, "/api/v1/monitors/1/check", [cookie, Self.ours]).status == 202)
    }

    @Test func `nobody is signed in by another's page`() throws {
        let door = try Door()
        let token = try door.makeToken()
        let body = #"{"token":"\#(token)"}"#
        for foreign in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.test")] {
            let headers = [(name: "host", value: "apus.test"), (name: foreign.0, value: foreign.1)]
            #expect(door.send(.post, "/api/v1/sessions", headers, body: body).status == 403)
        }
        #expect(door.send(.post, "/api/v1/sessions", [], body: body).status == 201)
    }

    @Test func `signing in again replaces the browser's former session`() throws {
        let door = try Door()
        let former = try door.session()
        let token = try door.makeToken()
        let body = #"{"token":"\#(token)"}"#
        let again = door.send(.post, "/api/v1/sessions", [former, Self.ours], body: body)
        #expect(again.status == 201 && again.cookie?.value != former.value)
        #expect(door.send(.get, "/api/v1/monitors", [former]).status == 401)
        #expect(try door.count("sessions") == 1)
    }

    @Test func `one owner's sessions are bounded`() throws {
        let door = try Door()
        let first = try door.session()
        for _ in 0..<100 { _ = try door.session() }
        #expect(try door.count("sessions") == 100)
        #expect(door.send(.get, "/api/v1/monitors", [first]).status == 401)
    }

    // MARK: Proxies

    @Test func `only a trusted proxy is believed about TLS and addresses`() throws {
        let door = try Door(["TRUSTED_PROXIES": "127.0.0.0/8,2001:db8::/32"])
        func opened(from peer: String, _ headers: [(name: String, value: String)]) throws -> (
            secure: Bool, from: String
        ) {
            let token = try door.makeToken()
            let type = [(name: "content-type", value: "application/json")]
            let response = door.router.respond(
                to: HTTPRequest(
                    method: .post,
                    target: "/api/v1/sessions",
                    headers: HTTPHeaders(type + headers),
                    body: Array(#"{"token":"\#(token)"}"#.utf8),
                    peer: try #require(PeerAddress(peer))
                )
            )
            let address = try response.document["session"]?["address"]?.text ?? ""
            return (response.header("Set-Cookie")?.hasSuffix("; Secure") == true, address)
        }
        let https = (name: "x-forwarded-proto", value: "https")
        func hops(_ list: String) -> (name: String, value: String) { (name: "x-forwarded-for", value: list) }
        #expect(try opened(from: "127.0.0.1", [https, hops("192.0.2.7")]) == (true, "192.0.2.7"))
        #expect(try opened(from: "192.0.2.1", [https, hops("192.0.2.7")]) == (false, "192.0.2.1"))
        #expect(try opened(from: "127.0.0.1", [hops("10.0.0.1, 192.0.2.7 , 127.0.0.9")]) == (false, "192.0.2.7"))
        // A line of the client's own before that of the proxy.
        #expect(try opened(from: "127.0.0.1", [hops("203.0.113.5"), hops("192.0.2.7:4711")]).from == "192.0.2.7")
        #expect(try opened(from: "127.0.0.1", [hops("nonsense")]).from == "127.0.0.1")
        #expect(try opened(from: "127.0.0.1", [hops("192.0.2.7, unknown")]).from == "127.0.0.1")
        let six = try opened(from: "2001:db8::1", [hops("[2001:db9::5]:80")])
        #expect(six.from == "2001:db9:0:0:0:0:0:5")
    }
}
