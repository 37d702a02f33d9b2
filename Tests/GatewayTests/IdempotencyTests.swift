import Dispatch
import HTTPServer
import JSON
import Postgres
import Synchronization
import Testing

@testable import Gateway

/// A POST that is sent twice under one name is carried out once.
@Suite(.serialized, .timeLimit(.minutes(1))) struct IdempotencyTests {
    private static let monitor = #"{"name":"Shop","type":"tcp","target":"shop.example:443"}"#

    private func post(
        _ door: Door,
        _ name: String?,
        target: String = "/api/v1/monitors",
        body: String = Self.monitor,
        key: String? = nil
    ) -> HTTPResponse {
        let credential = (name: "authorization", value: "Bearer \(key ?? door.admin)")
        return door.send(.post, target, [credential] + (name.map { [("idempotency-key", $0)] } ?? []), body: body)
    }

    @Test func `a repetition gets the same answer and does nothing`() throws {
        let door = try Door()
        let first = self.post(door, "a-1")
        let second = self.post(door, "a-1")
        #expect(first.status == 201 && first.header("Idempotency-Replayed") == nil)
        #expect(second.status == 201 && second.header("Idempotency-Replayed") == "true")
        #expect(second.text == first.text && "\(second.contentType!)" == "application/json")
        for name in ["Location", "ETag"] { #expect(second.header(name) == first.header(name)) }
        #expect(try door.count("monitors") == 1)
        #expect(self.post(door, nil).status == 201)
        #expect(try door.count("monitors") == 2)
    }

    @Test func `the same name for another request is refused, and another caller's is another`() throws {
        let door = try Door()
        let editor = try door.makeKey(.editor)
        #expect(self.post(door, "a").status == 201)
        #expect(self.post(door, "a", body: #"{"name":"Else","type":"tcp","target":"x:1"}"#).status == 422)
        #expect(self.post(door, "a", target: "/api/v1/monitors/1/check", body: "").status == 422)
        #expect(self.post(door, "a", key: editor).header("Idempotency-Replayed") == nil)
        #expect(try door.count("monitors") == 2)
    }

    @Test func `only so many requests of one caller are kept`() throws {
        let door = try Door()
        #expect(self.post(door, "first").status == 201)
        try door.sql(
            """
            INSERT INTO idempotent_requests (caller, key, fingerprint, created_at)
            SELECT caller, 'other ' || number, '', now() - interval '23 hours' FROM idempotent_requests,
                generate_series(2, \(IdempotencyStore.mostPerCaller)) AS number
            """
        )
        let refused = self.post(door, "one more")
        #expect(refused.status == 429 && refused.text.contains("10000"))
        let wait = try #require(refused.header("Retry-After").flatMap { Int($0) })
        #expect((3_000...3_600).contains(wait))
        #expect(self.post(door, "first").header("Idempotency-Replayed") == "true")
        #expect(self.post(door, nil).status == 201)
        // Nobody else is held up, and what has run out makes room for itself.
        #expect(self.post(door, "one more", key: try door.makeKey(.editor)).status == 201)
        try door.sql("UPDATE idempotent_requests SET created_at = now() - interval '25 hours' WHERE key = 'other 2'")
        #expect(self.post(door, "other 2").status == 201)
        try door.sql("DELETE FROM idempotent_requests WHERE key = 'other 3'")
        #expect(self.post(door, "one more").status == 201)
        #expect(self.post(door, "and another").status == 429)
    }

    @Test func `a fault is repeated as well`() throws {
        let door = try Door()
        for replayed in [nil, "true"] {
            let answer = self.post(door, "f", body: #"{"name":""}"#)
            #expect(answer.status == 400 && answer.header("Idempotency-Replayed") == replayed)
        }
    }

    @Test func `many at the same time are carried out once`() throws {
        let door = try Door()
        let statuses = Mutex<[Int]>([])
        let router = door.router
        let headers = HTTPHeaders([
            ("authorization", "Bearer \(door.admin)"), ("content-type", "application/json"),
            ("idempotency-key", "same"),
        ])
        let request = HTTPRequest(
            method: .post,
            target: "/api/v1/monitors",
            headers: headers,
            body: Array(Self.monitor.utf8)
        )
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let status = router.respond(to: request).status
            statuses.withLock { $0.append(status) }
        }
        #expect(statuses.withLock { Set($0).isSubset(of: [201, 409]) && $0.contains(201) })
        #expect(try door.count("monitors") == 1)
    }

    @Test func `one under way is not begun again, nor one that broke off`() throws {
        let door = try Door()
        #expect(self.post(door, "u").status == 201)
        try door.sql("UPDATE idempotent_requests SET answer = NULL")
        let underWay = self.post(door, "u")
        #expect(underWay.status == 409 && underWay.header("Retry-After") == "1")
        try door.sql("UPDATE idempotent_requests SET created_at = now() - interval '2 minutes'")
        let broken = self.post(door, "u")
        #expect(broken.status == 409 && broken.header("Retry-After") == nil)
        #expect(try door.count("monitors") == 1)
    }

    @Test func `after a day the name is free again`() throws {
        let door = try Door()
        #expect(self.post(door, "d").status == 201)
        try door.sql("UPDATE idempotent_requests SET created_at = now() - interval '25 hours'")
        #expect(self.post(door, "d", body: #"{"name":"Else","type":"tcp","target":"x:1"}"#).status == 201)
        #expect(try door.count("monitors") == 2)
        try door.sql("UPDATE idempotent_requests SET created_at = now() - interval '25 hours'")
        let limits = Credentials.SessionLimits(idle: 1_000, lifetime: 1_000)
        try PeopleUpkeep(door.pool, limits: limits, auditRetention: 1).removeWhatHasRunOut(now: 0)
        #expect(try door.count("idempotent_requests") == 0)
    }

    @Test func `an answer that asks to come back is not kept`() throws {
        let door = try Door()
        try door.sql("ALTER TABLE monitors RENAME TO away")
        let away = self.post(door, "r")
        #expect(away.status == 503 && away.header("Retry-After") != nil)
        try door.sql("ALTER TABLE away RENAME TO monitors")
        let again = self.post(door, "r")
        #expect(again.status == 201 && again.header("Idempotency-Replayed") == nil)
    }

    @Test func `a secret that was shown once is shown to its repetition, and lies sealed in between`() throws {
        let door = try Door()
        let body = #"{"name":"k","role":"viewer"}"#
        let made = try #require(try self.post(door, "k", target: "/api/v1/keys", body: body).document["key"]?.text)
        #expect(try self.post(door, "k", target: "/api/v1/keys", body: body).document["key"]?.text == made)
        let stored = try door.pool.withConnection { connection in
            try connection.query("SELECT answer || encode(fingerprint, 'escape') FROM idempotent_requests")[0].text(0)
        }
        #expect(!stored.contains(made) && !stored.contains("viewer"))
    }

    @Test func `signing in can't be repeated`() throws {
        let door = try Door()
        var body = #"{"token":"\#(try door.makeToken())"}"#
        func signIn(_ headers: [(name: String, value: String)] = []) -> HTTPResponse {
            door.send(
                .post,
                "/api/v1/sessions",
                [("sec-fetch-site", "same-origin"), ("idempotency-key", "s")] + headers,
                body: body
            )
        }
        #expect(signIn().status == 201)
        #expect(signIn().cookie == nil)
        // Nor by who is signed in already, or has a key.
        for header in [try door.session(), ("authorization", "Bearer \(door.admin)")] {
            body = #"{"token":"\#(try door.makeToken())"}"#
            #expect(signIn([header]).status == 201)
            let again = signIn([header])
            #expect(again.cookie == nil && again.header("Idempotency-Replayed") == nil)
        }
        #expect(try door.count("idempotent_requests") == 0)
    }

    @Test func `a name that is none is refused`() throws {
        let door = try Door()
        for name in ["", String(repeating: "x", count: 201), "é", "a\u{1}"] {
            #expect(self.post(door, name).status == 400, "\(name)")
        }
        let twice = [
            (name: "authorization", value: "Bearer \(door.admin)"), ("idempotency-key", "a"), ("idempotency-key", "b"),
        ]
        #expect(door.send(.post, "/api/v1/monitors", twice, body: Self.monitor).status == 400)
        #expect(try door.count("monitors") == 0)
    }
}
