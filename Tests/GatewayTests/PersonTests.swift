import Crypto
import Glibc
import HTTPServer
import JSON
import Postgres
import Service
import Synchronization
import Testing

@testable import Gateway

/// People, their passwords and rights, tried as themselves and as attackers would.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PersonTests {
    private static let ours = (name: "sec-fetch-site", value: "same-origin")
    private static let password = "correct horse battery"

    /// What this thread has used of a processor, so that a busy machine does not count.
    private static var processorMillis: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }

    private func add(_ door: Door, _ name: String, _ role: String, password: String? = nil) throws -> Int64 {
        let secret = password.map { #","password":"\#($0)""# } ?? ""
        let body = #"{"name":"\#(name)","role":"\#(role)"\#(secret)}"#
        let made = door.send(.post, "/api/v1/people", key: door.admin, body: body)
        #expect(made.status == 201)
        return try #require(try made.document["id"]?.number)
    }

    private func credentials(_ name: String, _ password: String) -> String {
        #"{"name":"\#(name)","password":"\#(password)"}"#
    }

    // MARK: Signing in

    @Test func `a person signs in by name and password and has the rights of the role`() throws {
        let door = try Door()
        let id = try self.add(door, "Ada", "editor", password: Self.password)
        let opened = door.signIn(self.credentials("ada", Self.password))
        #expect(opened.status == 201)
        let person = try opened.document["person"]
        #expect(person?["id"]?.number == id && person?["name"]?.text == "Ada" && person?["role"]?.text == "editor")
        #expect(opened.header("Set-Cookie")?.contains("Secure") == false)
        let cookie = try #require(opened.cookie)
        let body = #"{"name":"m","type":"tcp","target":"x:1"}"#
        #expect(door.send(.post, "/api/v1/monitors", [cookie, Self.ours], body: body).status == 201)
        #expect(door.send(.get, "/api/v1/keys", [cookie]).status == 403)
        // The role counts that the table has now.
        let path = "/api/v1/people/\(id)"
        #expect(door.send(.patch, path, key: door.admin, body: #"{"role":"viewer"}"#).status == 200)
        #expect(door.send(.post, "/api/v1/monitors", [cookie, Self.ours], body: body).status == 403)
        let listed = door.send(.get, "/api/v1/people", key: door.admin)
        #expect(try listed.document["items"]?.items.first?["lastSeenAt"]?.text != nil)
        let text = String(decoding: listed.bytes, as: UTF8.self)
        #expect(!text.contains("argon2") && !text.contains(Self.password))
    }

    @Test func `a wrong password, an unknown name and a disabled person are told the same, at the same price`() throws {
        let door = try Door()
        _ = try self.add(door, "ada", "viewer", password: Self.password)
        _ = try self.add(door, "nopassword", "viewer")
        let disabled = try self.add(door, "gone", "viewer", password: Self.password)
        #expect(
            door.send(.patch, "/api/v1/people/\(disabled)", key: door.admin, body: #"{"isDisabled":true}"#).status
                == 200
        )
        // The first one makes the hash that fits nobody.
        _ = door.signIn(self.credentials("warm-up", "x"))
        func measure(_ name: String, _ password: String) throws -> (answer: String, milliseconds: Int) {
            let start = Self.processorMillis
            let answer = door.send(
                .post,
                "/api/v1/sessions",
                [],
                body: self.credentials(name, password),
                from: "192.0.2.\(Int.random(in: 1...250))"
            )
            return ("\(answer.status) \(answer.text)", Self.processorMillis - start)
        }
        let cases = [("ada", "wrong"), ("nobody", "wrong"), ("gone", Self.password), ("nopassword", "")].map {
            ($0.0, $0.1.isEmpty ? "x" : $0.1)
        }
        let measured = try cases.map { try measure($0.0, $0.1) }
        for (answer, _) in measured { #expect(answer == measured[0].answer) }
        #expect(measured[0].answer.hasPrefix("401"))
        let times = measured.map(\.milliseconds)
        // The cost of Argon2id is in each of them: none is answered early.
        #expect(times.min() ?? 0 > (times.max() ?? 0) / 5, "\(times)")
    }

    @Test func `who guesses a password has to wait, and a link signs in all the same`() throws {
        let door = try Door()
        let id = try self.add(door, "ada", "viewer", password: Self.password)
        for _ in 0..<3 { #expect(door.signIn(self.credentials("ada", "wrong")).status == 401) }
        self.expectCounted(3, "ada", door)
        let refused = door.signIn(self.credentials("ada", Self.password))
        #expect(refused.status == 429 && refused.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
        // From another address too, in whatever case; another name from there is not concerned.
        func from(_ address: String, _ name: String) -> Int {
            door.send(
                .post,
                "/api/v1/sessions",
                [],
                body: self.credentials(name, Self.password),
                from: address
            ).status
        }
        #expect(from("192.0.2.9", "ADA") == 429)
        #expect(from("192.0.2.9", "bob") == 401)
        let token = try door.makeToken(person: id)
        let byLink = door.send(.post, "/api/v1/sessions", [], body: #"{"token":"\#(token)"}"#, from: "192.0.2.9")
        #expect(byLink.status == 201)
    }

    @Test func `few hash at once, and who finds no desk is told to come back`() throws {
        let passwords = Passwords()
        let outcomes = Mutex<[Bool]>([])
        let threads = (0..<12).map { _ in
            DedicatedThread("hash") {
                let wasServed = (try? passwords.verify("x", against: nil)) != nil
                outcomes.withLock { $0.append(wasServed) }
            }
        }
        for thread in threads { thread.join() }
        let served = outcomes.withLock { $0.filter(\.self).count }
        #expect(outcomes.withLock { $0.count } == 12)
        #expect((4..<12).contains(served), "\(served) of 12")
        #expect(throws: Never.self) { try passwords.verify("x", against: nil) }
    }

    @Test func `a password costs who guesses it tens of milliseconds`() throws {
        let start = Self.processorMillis
        for _ in 0..<5 { _ = try PasswordHash.make(Self.password) }
        let each = (Self.processorMillis - start) / 5
        print("Argon2id, 64 MiB, 3 passes, 1 lane: \(each) ms of a processor")
        #expect(each >= 20)
    }

    // MARK: Passwords and names

    @Test func `passwords are long enough, and nothing else is asked of them`() throws {
        let door = try Door()
        func status(_ password: String) throws -> (Int, [String]) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("name", "n\(Int64.random(in: 0...Int64.max))")
            writer.member("password", password)
            writer.endObject()
            let body = String(decoding: writer.bytes, as: UTF8.self)
            let answer = door.send(.post, "/api/v1/people", key: door.admin, body: body)
            return (answer.status, answer.status == 201 ? [] : try answer.pointers)
        }
        for good in ["aaaaaaaaaaaa", "            ", "ключ ключ 12", String(repeating: "x", count: 1_024)] {
            #expect(try status(good).0 == 201, "\(good.count)")
        }
        for bad in ["", "elevenchars", String(repeating: "x", count: 1_025), "ééééé", "👨‍👩‍👧"] {
            #expect(try status(bad) == (400, ["#/password"]), "\(bad.count)")
        }
    }

    @Test func `names are unique whatever the case, and can be told apart by looking`() throws {
        let door = try Door()
        _ = try self.add(door, "Ada", "viewer")
        for bad in [#""ada""#, #""ADA""#, #"" bob""#, #""bob ""#, #""""#, #""b\nb""#, "7", "null"] {
            let answer = door.send(.post, "/api/v1/people", key: door.admin, body: #"{"name":\#(bad)}"#)
            #expect(answer.status == (bad.lowercased() == #""ada""# ? 409 : 400), "\(bad)")
            #expect(try answer.pointers == ["#/name"], "\(bad)")
        }
        #expect(door.send(.post, "/api/v1/people", key: door.admin, body: #"{"name":"b","role":"root"}"#).status == 400)
    }

    @Test func `who sets their own password must know the old one, or have come by a link`() throws {
        let door = try Door()
        let id = try self.add(door, "ada", "viewer", password: Self.password)
        let path = "/api/v1/people/\(id)"
        let session = try #require(door.signIn(self.credentials("ada", Self.password)).cookie)
        let other = try #require(door.signIn(self.credentials("ada", Self.password)).cookie)
        func set(_ body: String, _ cookie: (name: String, value: String)) -> HTTPResponse {
            door.send(.patch, path, [cookie, Self.ours], body: body)
        }
        let new = "another password"
        #expect(try set(#"{"password":"\#(new)"}"#, session).pointers == ["#/currentPassword"])
        #expect(try set(#"{"password":"\#(new)","currentPassword":"w"}"#, session).pointers == ["#/currentPassword"])
        #expect(set(#"{"password":null,"currentPassword":"\#(Self.password)"}"#, session).status == 403)
        #expect(set(#"{"password":"\#(new)","currentPassword":"\#(Self.password)"}"#, session).status == 200)
        // The other sessions end with the old password; this one goes on.
        #expect(door.send(.get, "/api/v1/monitors", [other]).status == 401)
        #expect(door.send(.get, "/api/v1/monitors", [session]).status == 200)
        #expect(door.signIn(self.credentials("ada", Self.password)).status == 401)
        #expect(door.signIn(self.credentials("ada", new)).status == 201)

        let byLink = try door.session(person: id)
        #expect(set(#"{"password":"by the link 12"}"#, byLink).status == 200)
        // An hour later the browser may be somebody else's.
        try door.sql("UPDATE sessions SET created_at = created_at - interval '61 min'")
        try door.credentials.refresh(door.pool)
        #expect(try set(#"{"password":"by the link 13"}"#, byLink).pointers == ["#/currentPassword"])
    }

    @Test func `guessing the present password is guessing`() throws {
        let door = try Door()
        let id = try self.add(door, "ada", "viewer", password: Self.password)
        let session = try #require(door.signIn(self.credentials("ada", Self.password)).cookie)
        let body = #"{"password":"another password","currentPassword":"wrong"}"#
        func send() -> Int {
            door.send(.patch, "/api/v1/people/\(id)", [session, Self.ours], body: body).status
        }
        #expect([send(), send(), send()] == [400, 400, 400])
        self.expectCounted(3, "ada", door)
        #expect(send() == 429)
    }

    /// Expects so many failures of a name, and adds more until its next try has to wait for a minute.
    private func expectCounted(_ failures: Int, _ name: String, _ door: Door) {
        // As if time flew, since each needs its wait; how long that is tells how many came before.
        let now = MonotonicClock.millis
        for number in 0..<8 as Range<Int64> {
            let at = now + number * 61_000
            #expect(door.brake.begin([.name(name)], now: at) == nil)
            let expected = min(Int64(1_000) << (Int64(failures) + number - 3), 60_000)
            #expect(door.brake.wait(.name(name), now: at) == expected)
        }
    }

    // MARK: Rights

    @Test func `others are not to be found, and nobody raises or drops their own rights`() throws {
        let door = try Door()
        let ada = try self.add(door, "ada", "editor", password: Self.password)
        let bob = try self.add(door, "bob", "viewer", password: Self.password)
        let root = try self.add(door, "root", "admin")
        let asAda = try #require(door.signIn(self.credentials("ada", Self.password)).cookie)
        let asBob = try #require(door.signIn(self.credentials("bob", Self.password)).cookie)
        let asRoot = try door.session(person: root)
        func status(_ method: HTTPMethod, _ path: String, _ cookie: (name: String, value: String), _ body: String = "")
            -> Int
        {
            door.send(method, path, [cookie, Self.ours], body: body).status
        }
        let (adas, bobs, roots) = ("/api/v1/people/\(ada)", "/api/v1/people/\(bob)", "/api/v1/people/\(root)")
        #expect(status(.get, adas, asAda) == 200)
        #expect(status(.get, bobs, asAda) == 404)
        #expect(status(.get, roots, asAda) == 404)
        #expect(status(.patch, bobs, asAda, #"{"password":"another password"}"#) == 404)
        #expect(status(.patch, "/api/v1/people/99", asAda, #"{"password":"another password"}"#) == 404)
        for body in [#"{"role":"admin"}"#, #"{"role":"editor"}"#, #"{"name":"eve"}"#, #"{"isDisabled":false}"#] {
            #expect(status(.patch, adas, asAda, body) == 403, "\(body)")
        }
        #expect(status(.delete, adas, asAda) == 403)
        #expect(status(.get, "/api/v1/audit", asAda) == 403)

        // Sessions of others: not seen, not ended.
        let own = try door.send(.get, "/api/v1/sessions", [asBob]).document["items"]?.items ?? []
        let bobsSession = try #require(own.first?["id"]?.number)
        #expect(own.count == 1)
        #expect(door.send(.get, "/api/v1/sessions?all=true", [asAda]).status == 403)
        #expect(status(.delete, "/api/v1/sessions/\(bobsSession)", asAda) == 404)
        #expect(try door.send(.get, "/api/v1/sessions?all=true", [asRoot]).document["items"]?.items.count == 3)
        // Not even one that an admin's key opened is a viewer's to end.
        let keyed = try door.send(.get, "/api/v1/sessions/current", [try door.session()]).document
        let keyedID = try #require(keyed["session"]?["id"]?.number)
        #expect(status(.delete, "/api/v1/sessions/\(keyedID)", asBob) == 404)
        #expect(status(.delete, "/api/v1/sessions/\(bobsSession)", asRoot) == 204)
        #expect(status(.get, "/api/v1/monitors", asBob) == 401)

        for body in [#"{"role":"viewer"}"#, #"{"isDisabled":true}"#] {
            #expect(status(.patch, roots, asRoot, body) == 409, "\(body)")
        }
        #expect(status(.delete, roots, asRoot) == 409)
        #expect(status(.patch, roots, asRoot, #"{"name":"Root","role":"admin"}"#) == 200)
        // Another admin may.
        #expect(door.send(.patch, roots, key: door.admin, body: #"{"isDisabled":true}"#).status == 200)
        #expect(status(.get, "/api/v1/monitors", asRoot) == 401)
        let link = door.send(.post, "/api/v1/sessions/tokens", key: door.admin, body: #"{"person":\#(root)}"#)
        #expect(link.status == 409)
    }

    @Test func `deleting a person ends their sessions and links, and edits know their generation`() throws {
        let door = try Door()
        let id = try self.add(door, "ada", "viewer", password: Self.password)
        let path = "/api/v1/people/\(id)"
        let cookie = try #require(door.signIn(self.credentials("ada", Self.password)).cookie)
        let token = try door.makeToken(person: id)
        let key = [(name: "authorization", value: "Bearer \(door.admin)")]
        #expect(door.send(.get, path, key).header("ETag") == #""1""#)
        let first = key + [(name: "if-match", value: #""1""#)]
        #expect(door.send(.patch, path, first, body: #"{"name":"Ada"}"#).header("ETag") == #""2""#)
        #expect(door.send(.patch, path, first, body: #"{"name":"Eve"}"#).status == 412)
        #expect(door.send(.delete, path, first).status == 412)
        #expect(door.send(.delete, path, key).status == 204)
        #expect(door.send(.delete, path, key).status == 404)
        #expect(door.send(.get, "/api/v1/monitors", [cookie]).status == 401)
        #expect(door.signIn(#"{"token":"\#(token)"}"#).status == 401)
    }

    @Test func `an admin takes a password away, and a link is the way in again`() throws {
        let door = try Door()
        let id = try self.add(door, "ada", "viewer", password: Self.password)
        let cookie = try #require(door.signIn(self.credentials("ada", Self.password)).cookie)
        let edited = door.send(.patch, "/api/v1/people/\(id)", key: door.admin, body: #"{"password":null}"#)
        #expect(try edited.document["hasPassword"] == .boolean(false))
        #expect(door.send(.get, "/api/v1/monitors", [cookie]).status == 401)
        #expect(door.signIn(self.credentials("ada", Self.password)).status == 401)
        let byLink = try door.session(person: id)
        #expect(door.send(.get, "/api/v1/monitors", [byLink]).status == 200)
    }

    @Test func `pages of people end`() throws {
        let door = try Door()
        for number in 0..<5 { _ = try self.add(door, "p\(number)", "viewer") }
        var seen: [Int64] = []
        var target = "/api/v1/people?limit=2"
        for _ in 0..<5 {
            let page = try door.send(.get, target, key: door.admin).document
            seen += page["items"]?.items.compactMap { $0["id"]?.number } ?? []
            guard let cursor = page["nextCursor"]?.text else { break }
            target = "/api/v1/people?limit=2&cursor=\(cursor)"
        }
        #expect(seen == [1, 2, 3, 4, 5])
    }

    // MARK: HTTP Basic

    @Test func `HTTP Basic opens the routes that ask for it, to its one user`() throws {
        let door = try Door()
        let user = BasicUser(name: "sites", password: Secret("a:password"))
        let access = Access(
            door.credentials,
            newcomers: Newcomers(door.credentials, pool: door.pool),
            streams: door.streams,
            proxies: TrustedProxies([]),
            sameOrigin: SameOrigin(publicURL: nil),
            basicUser: user,
            brake: Brake(),
            limits: RateLimits(RateLimits.Rates(person: 0, key: 0, address: 0))
        )
        let asking = access.guarding(Route(.get, "/asking") { .text($0.caller.name) }, .basic(.editor))
        let other = access.guarding(Route(.get, "/other") { .text($0.caller.name) }, .role(.viewer))
        let changing = access.guarding(Route(.delete, "/asking") { _ in .noContent }, .basic(.editor))
        let router = Router([asking, other, changing])
        func send(_ path: String, _ credentials: String, scheme: String = "Basic") -> HTTPResponse {
            let value = "\(scheme) \(credentials)"
            return router.respond(
                to: HTTPRequest(
                    method: .get,
                    target: path,
                    headers: HTTPHeaders([(name: "authorization", value: value)])
                )
            )
        }
        func basic(_ text: String) -> String { Base64.encode(Array(text.utf8)) }
        let good = basic("sites:a:password")
        #expect(send("/asking", good).text == "sites")
        #expect(send("/asking", good, scheme: "bAsIc").status == 200)
        #expect(send("/other", good).status == 401)
        #expect(send("/asking", door.admin, scheme: "Bearer").status == 200)
        #expect(send("/asking", try door.makeKey(.viewer), scheme: "Bearer").status == 403)
        // Browsers remember the password and send it whoever asks them to.
        for (site, status) in [("cross-site", 403), ("same-origin", 204), (nil, 204)] as [(String?, Int)] {
            var fields = [(name: "authorization", value: "Basic \(good)")]
            if let site { fields.append((name: "sec-fetch-site", value: site)) }
            let request = HTTPRequest(method: .delete, target: "/asking", headers: HTTPHeaders(fields))
            #expect(router.respond(to: request).status == status, "\(site ?? "a program")")
        }
        let none = router.respond(to: HTTPRequest(method: .get, target: "/asking"))
        #expect(none.status == 401 && none.header("WWW-Authenticate")?.hasPrefix("Basic realm=") == true)
        let wrong = [
            basic("sites:password"), basic("Sites:a:password"), basic("sites"), "%%%", basic("sites:a:password\n"),
        ]
        #expect(wrong.map { send("/asking", $0).status } == [401, 401, 401, 401, 429])
        #expect(send("/asking", good).status == 429)
    }
}
