import Checks
import Events
import Networking
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPCheckTests {
    @Test(arguments: HostileAnswer.all)
    func `each hostile answer has its outcome and its reason`(answer: HostileAnswer) async throws {
        let target = ScriptedTarget { _ in answer.steps }
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe(target.url(), timeout: answer.timeout)
        #expect(seen.outcome == answer.outcome, "\(answer.name): \(seen)")
        #expect(seen.reason == answer.reason, "\(answer.name): \(seen)")
        if let phase = answer.phase { #expect(seen.phase == phase, "\(answer.name): \(seen)") }
        #expect(!seen.isLocalFault)
        #expect(seen.outcome == .up || seen.detail != nil)
    }

    @Test func `a refused connection is down with an answer`() async throws {
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe("http://127.0.0.1:\(LoopbackSocket.closedPort())/")
        #expect(seen.outcome == .down)
        #expect(seen.reason == .refused)
        #expect(seen.phase == .connect)
        #expect(seen.wasAnswered)
        #expect(seen.address == "127.0.0.1")
    }

    @Test func `a connection reset before any byte is down with an answer`() async throws {
        let target = ScriptedTarget(greeting: [.reset])
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe(target.url())
        #expect(seen.outcome == .down)
        #expect(seen.reason == .reset)
        #expect(seen.wasAnswered)
    }

    @Test func `the status set, the keyword and its inversion decide`() async throws {
        let target = ScriptedTarget { request in
            request.path == "/teapot" ? ScriptedTarget.answer(418) : ScriptedTarget.ok("all is well")
        }
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let teapot = HTTPCheckSettings(statuses: StatusSet(ranges: [418...418]))
        #expect(await fixture.probe(target.url("/teapot"), teapot).outcome == .up)
        let wrong = await fixture.probe(target.url("/teapot"))
        #expect(wrong.reason == .status)
        #expect(wrong.code == 418)
        #expect(wrong.detail == "status 418, expected 200-299")
        #expect(await fixture.probe(target.url(), HTTPCheckSettings(keyword: "is well")).outcome == .up)
        #expect(await fixture.probe(target.url(), HTTPCheckSettings(keyword: "is sick")).reason == .body)
        let inverted = HTTPCheckSettings(keyword: "all", invertKeyword: true)
        #expect(await fixture.probe(target.url(), inverted).reason == .body)
        let absent = HTTPCheckSettings(keyword: "sick", invertKeyword: true)
        #expect(await fixture.probe(target.url(), absent).outcome == .up)
    }

    @Test func `a keyword beyond the first MiB is said to be out of reach`() async throws {
        let target = ScriptedTarget { _ in
            [.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), .send(String(repeating: "x", count: 1 << 20))]
                + [.send("needle"), .close]
        }
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe(target.url(), timeout: 5_000, HTTPCheckSettings(keyword: "needle"))
        #expect(seen.reason == .body)
        #expect(seen.detail?.contains("1 MiB") == true)
        #expect(await fixture.probe(target.url(), timeout: 5_000).outcome == .up)
    }

    @Test func `a correct but slow answer is degraded`() async throws {
        let target = ScriptedTarget { _ in [.wait(80)] + ScriptedTarget.ok("late") }
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe(target.url(), timeout: 5_000, degradedAfter: 30)
        #expect(seen.outcome == .degraded)
        #expect(seen.detail?.contains("slower than 30 ms") == true)
        let first = try #require(seen.timings.firstByte)
        let total = try #require(seen.timings.total)
        // The target's clock and ours round differently.
        #expect(first >= 79_000)
        #expect(total >= first)
        #expect(try #require(seen.timings.connect) < 79_000)
        #expect(seen.timings.tls == nil)
    }

    @Test func `secrets are sent and not told`() async throws {
        let target = ScriptedTarget { _ in ScriptedTarget.answer(500) }
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let secrets = HTTPSecrets(
            headers: [.init(name: "X-Token", value: "s3cret")],
            body: "p4yload",
            basic: .init(user: "user", password: "pa55")
        )
        let seen = await fixture.probe(target.url(), HTTPCheckSettings(method: "POST"), secrets: secrets)
        let request = try #require(target.requests.first)
        #expect(request.method == "POST")
        #expect(request.body == "p4yload")
        #expect(request.head.contains("X-Token: s3cret"))
        #expect(request.head.contains("Authorization: Basic dXNlcjpwYTU1"))
        let told = try #require(seen.detail)
        #expect(!told.contains("s3cret") && !told.contains("p4yload") && !told.contains("pa55"))
    }

    @Test func `a target that the policy refuses is never connected to`() async throws {
        let target = ScriptedTarget()
        defer { target.stop() }
        let fixture = try ProbeFixture(policy: .public)
        defer { fixture.stop() }
        for host in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]"] {
            let seen = await fixture.probe("http://\(host):\(target.port)/")
            #expect(seen.outcome == .down, "\(host): \(seen)")
            #expect(seen.reason == .denied, "\(host): \(seen)")
        }
        #expect(target.accepted == 0)
    }

    @Test func `a name that does not exist is down, a dead name server is unknown`() async throws {
        let server = ScriptedNameServer { _ in .notFound }
        defer { server.stop() }
        let fixture = try ProbeFixture(servers: server.address)
        defer { fixture.stop() }
        let missing = await fixture.probe("http://missing.test/")
        #expect(missing.outcome == .down)
        #expect(missing.reason == .dns)
        #expect(missing.phase == .dns)
        #expect(!missing.wasAnswered)
        let blind = try ProbeFixture(servers: "127.0.0.1:\(LoopbackSocket.closedPort())")
        defer { blind.stop() }
        let unknown = await blind.probe("http://missing.test/", timeout: 15_000)
        #expect(unknown.outcome == .unknown)
        #expect(unknown.isLocalFault)
    }

    @Test func `a lookup that hangs times out in the phase dns`() async throws {
        let server = ScriptedNameServer { _ in .silence }
        defer { server.stop() }
        let fixture = try ProbeFixture(servers: server.address)
        defer { fixture.stop() }
        let seen = await fixture.probe("http://hung.test/", timeout: 200)
        #expect(seen.reason == .timeout)
        #expect(seen.phase == .dns)
        #expect(seen.detail == "the name was not resolved in 200 ms")
    }

    @Test func `a target that is no URL is unknown`() async throws {
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        for target in ["", "nonsense", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://a b/"] {
            let seen = await fixture.probe(target)
            #expect(seen.outcome == .unknown, "\(target): \(seen)")
            #expect(seen.reason == .internalError)
        }
    }
}
