import Crypto
import HTTPServer
import Service
import Testing

@testable import Gateway

/// Two gateways over one database, between which a balancer takes turns.
@Suite(.serialized, .timeLimit(.minutes(1))) struct NewcomersTests {
    private static let ours = (name: "sec-fetch-site", value: "same-origin")

    @Test func `what was opened at one gateway opens the other at once`() throws {
        let here = try Door()
        let there = try here.neighbour()
        let person = try here.makePerson(.editor)
        let cookie = try here.session(person: person)
        let monitor = #"{"name":"m","type":"tcp","target":"x:1"}"#
        #expect(there.send(.post, "/api/v1/monitors", [cookie, Self.ours], body: monitor).status == 201)
        #expect(there.send(.get, "/api/v1/keys", [cookie]).status == 403)
        let key = try here.makeKey(.viewer)
        #expect(there.send(.get, "/api/v1/monitors", key: key).status == 200)
        #expect(there.send(.post, "/api/v1/monitors", key: key, body: monitor).status == 403)
        let another = try here.session(person: person)
        let current = there.send(.get, "/api/v1/sessions/current", [another])
        #expect(try current.document["person"]?["id"]?.number == person)
    }

    @Test func `what was taken back at one gateway opens the other until it has read that, and never again`() throws {
        let here = try Door()
        let there = try here.neighbour()
        let cookie = try here.session()
        #expect(there.send(.get, "/api/v1/monitors", [cookie]).status == 200)
        #expect(here.send(.delete, "/api/v1/sessions/current", [cookie, Self.ours]).status == 204)
        try there.credentials.refresh(there.pool)
        for _ in 0..<3 { #expect(there.send(.get, "/api/v1/monitors", [cookie]).status == 401) }
        // Nor does a session that has run out come back by being asked for.
        let old = try here.session()
        try here.sql("UPDATE sessions SET seen_at = now() - interval '60 d', created_at = now() - interval '60 d'")
        for _ in 0..<2 { #expect(there.send(.get, "/api/v1/monitors", [old]).status == 401) }
        let disabled = try here.makePerson(.viewer)
        let theirs = try here.session(person: disabled)
        try here.sql("UPDATE people SET is_disabled = true")
        for _ in 0..<2 { #expect(there.send(.get, "/api/v1/monitors", [theirs]).status == 401) }
    }

    @Test func `a secret that is made up is asked about once, and who makes up many waits`() throws {
        let door = try Door()
        let newcomers = Newcomers(door.credentials, pool: door.pool)
        let client = try #require(PeerAddress("192.0.2.7"))
        /// Whether the tables were asked.
        func isAsked(_ fingerprint: [UInt8], from client: PeerAddress, now: Int64) -> Bool {
            guard case .perhaps(let ask) = newcomers.judge([fingerprint], from: client, now: now) else { return false }
            ask()
            return true
        }
        let now = MonotonicClock.millis
        let first = SecureRandom.bytes(32)
        #expect(isAsked(first, from: client, now: now))
        #expect(!isAsked(first, from: client, now: now + 50_000))
        #expect(isAsked(first, from: client, now: now + 120_000))
        var asked = 0
        for _ in 0..<100 where isAsked(SecureRandom.bytes(32), from: client, now: now + 120_000) { asked += 1 }
        #expect(asked == 2, "each further one within its wait is not asked about")
        #expect(isAsked(SecureRandom.bytes(32), from: try #require(PeerAddress("192.0.2.8")), now: now + 120_000))
        // What is no secret by its form costs nothing: the address may still ask about three.
        let stranger = "198.51.100.1"
        for wrong in ["", "x", "apus_", door.admin + "x", String(repeating: "é", count: 43)] {
            let headers = [(name: "authorization", value: "Bearer \(wrong)"), ("cookie", "apus_session=\(wrong)")]
            #expect(door.send(.get, "/api/v1/monitors", headers, from: stranger).status == 401)
        }
        // Good ones are taken back from the count: many people behind one address come in.
        let there = try door.neighbour()
        for _ in 0..<10 {
            let cookie = try door.session()
            #expect(there.send(.get, "/api/v1/monitors", [cookie], from: stranger).status == 200)
        }
    }

    @Test func `who can't be looked up is told to come back, not that the session has ended`() throws {
        let here = try Door()
        let there = try here.neighbour()
        let known = try here.session()
        #expect(there.send(.get, "/api/v1/sessions/current", [known]).status == 200)
        let unknown = try here.session()
        try here.sql("ALTER TABLE sessions RENAME TO away")
        let headers: [(name: String, value: String)] = [
            unknown, ("authorization", "Bearer \(Credentials.makeKey())"),
        ]
        for header in headers {
            for _ in 0..<5 {
                let answer = there.send(.get, "/api/v1/monitors", [header])
                #expect(answer.status == 503 && answer.header("Retry-After") == "2", "\(answer.text)")
            }
        }
        #expect(there.send(.get, "/api/v1/sessions/current", [unknown]).status == 503)
        #expect(there.send(.post, "/api/v1/sessions", [unknown, Self.ours], body: "{}").status == 400)
        #expect(there.send(.get, "/api/v1/sessions/current", []).status == 200)
        #expect(there.send(.get, "/api/v1/monitors", [known]).status == 200)
        try here.sql("ALTER TABLE away RENAME TO sessions")
        try there.credentials.refresh(there.pool)
        #expect(there.send(.get, "/api/v1/monitors", [unknown]).status == 200)
    }

    /// Two gateways at one database, and the fingerprint of a session that was opened at the first.
    private func newSession() throws -> (here: Door, there: Door, newcomers: Newcomers, fingerprint: [UInt8]) {
        let here = try Door()
        let there = try here.neighbour()
        let cookie = try here.session()
        let fingerprint = here.credentials.fingerprint(ofCookie: String(cookie.value.drop { $0 != "=" }.dropFirst()))
        let newcomers = Newcomers(there.credentials, pool: there.pool)
        return (here, there, newcomers, fingerprint)
    }

    /// What asks the tables for each of `count` requests that come at the same time with one credential.
    private func asks(_ newcomers: Newcomers, _ fingerprint: [UInt8], _ count: Int) throws -> [@Sendable () -> Void] {
        let client = try #require(PeerAddress("192.0.2.7"))
        return (0..<count).compactMap { _ in
            guard case .perhaps(let ask) = newcomers.judge([fingerprint], from: client) else { return nil }
            return ask
        }
    }

    @Test func `requests that come together while PostgreSQL goes away are all told to come back`() throws {
        let (here, there, newcomers, fingerprint) = try self.newSession()
        // All are judged before the first of them finds that nothing can be read; they ask one after the other.
        let asks = try self.asks(newcomers, fingerprint, 5)
        #expect(asks.count == 5)
        try here.sql("ALTER TABLE sessions RENAME TO away")
        for ask in asks { ask() }
        let client = try #require(PeerAddress("192.0.2.7"))
        guard case .untold = newcomers.judge([fingerprint], from: client) else {
            Issue.record("it was taken for a session that the tables do not know")
            return
        }
        try here.sql("ALTER TABLE away RENAME TO sessions")
        try there.credentials.refresh(there.pool)
        #expect(there.credentials.knows(fingerprint))
        let next = SecureRandom.bytes(32)
        #expect(try self.asks(newcomers, next, 1).count == 1, "none of them counted against the address")
    }

    @Test func `many requests with one new session come in together`() throws {
        let (_, there, newcomers, fingerprint) = try self.newSession()
        let asks = try self.asks(newcomers, fingerprint, 20)
        #expect(asks.count == 20)
        for ask in asks { ask() }
        #expect(there.credentials.knows(fingerprint))
        // One that nobody knows counts once, however often it comes, and is asked about once.
        let wrong = SecureRandom.bytes(32)
        for ask in try self.asks(newcomers, wrong, 20) { ask() }
        #expect(try self.asks(newcomers, wrong, 1).isEmpty)
        #expect(try (0..<3).map { _ in try self.asks(newcomers, SecureRandom.bytes(32), 1).count } == [1, 1, 1])
        #expect(try self.asks(newcomers, SecureRandom.bytes(32), 1).isEmpty)
    }
}
