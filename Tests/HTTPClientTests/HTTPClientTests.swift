import EventLoop
import HTTPClient
import Networking
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPClientTests {
    @Test func `an answer comes with its status, headers, body and times`() async throws {
        let target = ScriptedTarget { _ in
            [.wait(30)] + ScriptedTarget.answer(503, "busy", headers: ["Retry-After: 7", "X-Empty:"])
        }
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        let outcome = await fixture.send(HTTPRequest(url: target.url("/a?b"), bodyCapture: 2, keepsHeaders: true))
        #expect(outcome.failure == nil)
        #expect(outcome.status == 503)
        #expect(outcome.header("retry-after") == "7")
        #expect(outcome.header("x-empty") == "")
        #expect(outcome.body == Array("bu".utf8))
        #expect(outcome.bodyBytes == 4)
        #expect(outcome.address?.description == "127.0.0.1")
        let timings = outcome.timings
        #expect(try #require(timings.firstByte) >= 30_000)
        #expect(try #require(timings.connect) > 0)
        #expect(try #require(timings.dns) >= 0)
        #expect(timings.tls == nil)
        #expect(timings.total >= (timings.connect ?? 0) + (timings.firstByte ?? 0))
        #expect(target.requests.first?.path == "/a?b")
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func `each method is sent as it is, also after another on the same handle`(method: String) async throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        _ = await fixture.send(HTTPRequest(method: "POST", url: target.url(), body: Array("before".utf8)))
        let outcome = await fixture.send(HTTPRequest(method: method, url: target.url()))
        #expect(outcome.status == 200)
        let request = try #require(target.requests.last)
        #expect(request.method == method)
        #expect(request.body == "")
        #expect(!request.head.lowercased().contains("expect:"))
    }

    @Test func `a body is sent with its own type or with none`() async throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        let typed = [HTTPHeader("Content-Type", "application/json")]
        _ = await fixture.send(HTTPRequest(method: "POST", url: target.url(), headers: typed, body: Array("{}".utf8)))
        _ = await fixture.send(HTTPRequest(method: "POST", url: target.url(), body: Array("{}".utf8)))
        #expect(target.requests[0].head.contains("Content-Type: application/json"))
        #expect(!target.requests[1].head.contains("Content-Type"))
        #expect(target.requests.allSatisfy { $0.body == "{}" })
    }

    @Test func `redirects are followed with the right method, and another origin gets no secrets`() async throws {
        let other = ScriptedTarget { _ in ScriptedTarget.ok("there") }
        defer { other.stop() }
        let there = other.url("/there")
        let target = ScriptedTarget { request in
            switch request.path {
            case "/away": ScriptedTarget.answer(302, headers: ["Location: \(there)"])
            case "/kept": ScriptedTarget.answer(307, headers: ["Location: \(there)"])
            case "/near": ScriptedTarget.answer(301, headers: ["Location: here"])
            default: ScriptedTarget.ok("here")
            }
        }
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        var request = HTTPRequest(method: "POST", url: target.url("/near"), body: Array("secret".utf8))
        request.headers = [
            HTTPHeader("Authorization", "Bearer t"), HTTPHeader("X-Key", "k"), HTTPHeader("Accept", "a/b"),
        ]
        let near = await fixture.send(request)
        #expect(near.status == 200)
        #expect(near.redirects == 1)
        let followed = try #require(target.requests.last)
        #expect(followed.method == "GET")
        #expect(followed.path == "/here")
        #expect(followed.head.contains("X-Key: k"))
        request.url = target.url("/away")
        #expect(await fixture.send(request).status == 200)
        let away = try #require(other.requests.last)
        #expect(!away.head.contains("Bearer") && !away.head.contains("X-Key") && away.body == "")
        #expect(away.head.contains("Accept: a/b"))
        request.url = target.url("/kept")
        #expect(await fixture.send(request).failure?.kind == .bodyRedirect)
        #expect(other.requests.count == 1)
        request.maxRedirects = 0
        #expect(await fixture.send(request).status == 307)
    }

    @Test func `each hop of a redirect is looked up and judged`() async throws {
        let inner = ScriptedTarget()
        defer { inner.stop() }
        let server = ScriptedNameServer {
            $0 == "rebound.test" ? .addresses(["169.254.169.254"]) : .addresses(["127.0.0.1"])
        }
        defer { server.stop() }
        let target = ScriptedTarget { request in
            ScriptedTarget.answer(308, headers: ["Location: http://\(request.path.dropFirst()).test/"])
        }
        defer { target.stop() }
        let fixture = try ClientFixture(servers: server.address)
        defer { fixture.stop() }
        let denied = await fixture.send(HTTPRequest(url: "http://first.test:\(target.port)/rebound"))
        #expect(denied.redirects == 1)
        guard case .socket(.denied(let address)) = denied.failure?.kind else {
            Issue.record("expected a denied address, found \(denied)")
            return
        }
        #expect(address.description == "169.254.169.254")
    }

    @Test func `a lookup that hangs delays no innocent neighbour`() async throws {
        let target = ScriptedTarget { _ in [.wait(300)] + ScriptedTarget.ok("slow") }
        defer { target.stop() }
        let server = ScriptedNameServer { $0.hasPrefix("hung") ? .silence : .addresses(["127.0.0.1"]) }
        defer { server.stop() }
        let fixture = try ClientFixture(servers: server.address)
        defer { fixture.stop() }
        async let hung = withTaskGroup(of: HTTPOutcome.self) { group in
            for index in 0..<50 {
                group.addTask { await fixture.send(HTTPRequest(url: "http://hung\(index).test/", timeout: 150_000)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let neighbour = await fixture.send(HTTPRequest(url: "http://neighbour.test:\(target.port)/"))
        #expect(neighbour.status == 200)
        #expect(neighbour.timings.total < 1_300_000)
        for outcome in await hung {
            #expect(outcome.failure?.kind == .timeout)
            #expect(outcome.failure?.phase == .dns)
        }
    }

    @Test func `a thousand requests at once all come back`() async throws {
        let target = ScriptedTarget { _ in [.wait(50)] + ScriptedTarget.ok("ok") }
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        let outcomes = await withTaskGroup(of: HTTPOutcome.self) { group in
            for _ in 0..<1_000 {
                group.addTask { await fixture.send(HTTPRequest(url: target.url(), timeout: 30_000_000)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 1_000)
        #expect(outcomes.allSatisfy { $0.status == 200 })
        #expect(target.accepted == 1_000)
        #expect(await fixture.active() == 0)
    }

    @Test func `a cancelled request never completes and leaves nothing behind`() async throws {
        let target = ScriptedTarget { _ in [] }
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        let active: Int = await withCheckedContinuation { continuation in
            fixture.loop.submit {
                let call = fixture.client.send(HTTPRequest(url: target.url(), timeout: 50_000)) { _ in
                    Issue.record("a cancelled request completed")
                }
                call.cancel()
                call.cancel()
                continuation.resume(returning: fixture.client.activeCount)
            }
        }
        #expect(active == 0)
        #expect(await fixture.send(HTTPRequest(url: target.url(), timeout: 100_000)).failure?.kind == .timeout)
    }

    @Test func `who cancels a request that has ended cancels no other`() async throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        final class Kept { var call: HTTPCall? }
        let second: HTTPOutcome = await withCheckedContinuation { continuation in
            fixture.loop.submit {
                let first = Kept()
                first.call = fixture.client.send(HTTPRequest(url: target.url("/first"))) { _ in
                    // The same transfer carries the next request.
                    fixture.client.send(HTTPRequest(url: target.url("/second"))) { continuation.resume(returning: $0) }
                    first.call?.cancel()
                }
            }
        }
        #expect(second.status == 200)
        #expect(target.requests.map(\.path) == ["/first", "/second"])
    }

    @Test func `a prepared request is sent again and again, each time under the policy of that time`() async throws {
        let target = ScriptedTarget { _ in ScriptedTarget.answer(302, headers: ["Location: /next"]) }
        defer { target.stop() }
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        var request = HTTPRequest(method: "POST", url: target.url("/a"), body: Array("b".utf8), maxRedirects: 1)
        request.headers = [HTTPHeader("X-Key", "k")]
        let prepared = PreparedRequest(request)
        for policy in [AddressPolicy.any, .public, .any] {
            let outcome: HTTPOutcome = await withCheckedContinuation { continuation in
                fixture.loop.submit {
                    fixture.client.send(prepared, policy: policy) { continuation.resume(returning: $0) }
                }
            }
            #expect(outcome.redirects == (policy == .any ? 1 : 0))
            #expect((outcome.failure?.kind == .tooManyRedirects) == (policy == .any))
        }
        #expect(target.requests.map(\.method) == ["POST", "GET", "POST", "GET"])
        #expect(target.requests.map(\.body) == ["b", "", "b", ""])
        #expect(target.requests.allSatisfy { $0.head.contains("X-Key: k") })
    }

    @Test(arguments: [
        "http://127.0.0.1:80:80/", "http://127.0.0.1:99999/", "http://[127.0.0.1]/", "//127.0.0.1/", "http://a b/",
        "http://example.com\\@127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "", "http://127.0.0.1/\n",
    ])
    func `what is no http URL is refused before anything is sent`(url: String) async throws {
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        #expect(await fixture.send(HTTPRequest(url: url)).failure?.kind == .invalidRequest)
    }

    @Test(arguments: [("X: y", "v"), ("X", "a\r\nY: b"), ("", "v"), ("X", "a\u{0}b")])
    func `a header that would end its line early is refused`(name: String, value: String) async throws {
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        let request = HTTPRequest(url: "http://127.0.0.1:1/", headers: [HTTPHeader(name, value)])
        #expect(await fixture.send(request).failure?.kind == .invalidRequest)
    }

    @Test func `international digits and names become what the DNS knows`() throws {
        let fixture = try ClientFixture()
        defer { fixture.stop() }
        #expect(HostName.ascii("bücher.example") == "xn--bcher-kva.example")
        #expect(HostName.ascii("①②⑦.⓪.⓪.①") == "127.0.0.1")
        #expect(HostName.ascii("EXAMPLE.com") == "example.com")
    }
}

/// A client on a loop of its own.
final class ClientFixture: Sendable {
    let loop: EventLoop
    let client: HTTPClient

    init(servers: String? = nil, authorities: String = "/etc/ssl/certs/ca-certificates.crt") throws {
        self.loop = try EventLoop(name: "client")
        let resolver = try Resolver(on: self.loop, servers: servers)
        self.client = try HTTPClient(on: self.loop, resolver: resolver, authorities: authorities)
        try self.loop.start()
    }

    func stop() { self.loop.stop() }

    func send(_ request: HTTPRequest) async -> HTTPOutcome {
        await withCheckedContinuation { continuation in
            self.loop.submit { self.client.send(request) { continuation.resume(returning: $0) } }
        }
    }

    func active() async -> Int {
        await withCheckedContinuation { continuation in
            self.loop.submit { continuation.resume(returning: self.client.activeCount) }
        }
    }
}
