import Checks
import Events
import Service
import TestServers
import Testing

@testable import Apus

@Suite(.timeLimit(.minutes(1))) struct CheckVerbTests {
    private func monitor(_ arguments: String...) throws -> (Monitor, HTTPSecrets) {
        try CheckVerb.monitor(try VerbArguments(arguments, for: CheckVerb.self))
    }

    private func message(_ arguments: String...) -> String? {
        do throws(VerbError) {
            _ = try CheckVerb.monitor(try VerbArguments(arguments, for: CheckVerb.self))
            return nil
        } catch {
            return error.code == ExitCode.usage ? error.message : "another code"
        }
    }

    @Test(arguments: [
        ("https://example.com/a?b", "http", "https://example.com/a?b", "example.com"),
        ("HTTP://example.com:81", "http", "HTTP://example.com:81", "example.com:81"),
        ("example.com", "http", "https://example.com", "example.com"),
        ("example.com/health", "http", "https://example.com/health", "example.com"),
        ("example.com:22", "tcp", "example.com:22", "example.com:22"),
        ("tcp://example.com:22", "tcp", "example.com:22", "example.com:22"),
        ("example.com:8443/health", "http", "https://example.com:8443/health", "example.com:8443"),
        ("[::1]:22", "tcp", "[::1]:22", "[::1]:22"),
    ])
    func `a target is a URL, a host with a port, or a host alone`(
        _ text: String,
        _ type: String,
        _ target: String,
        _ host: String
    ) throws {
        let read = try ProbeTarget(text)
        #expect(read.type == type)
        #expect(read.target == target)
        #expect(read.host == host)
    }

    @Test(arguments: [
        "", "ftp://example.com", "tcp://example.com", "a b", "host:0", "host:99999", "host:0/x", "tcp://",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(throws: VerbError.self) { try ProbeTarget(text) }
    }

    @Test func `options become the settings of the check`() throws {
        let (monitor, secrets) = try self.monitor(
            "--timeout=0.5",
            "--degraded-after",
            "2",
            "--method",
            "post",
            "--header",
            "X-A: b: c",
            "--body",
            "hello",
            "--statuses",
            "200,404",
            "--keyword",
            "ok",
            "--insecure",
            "--family",
            "ipv4",
            "http://localhost"
        )
        #expect(monitor.timeout == 500)
        #expect(monitor.degradedAfter == 2_000)
        guard case .http(let settings) = monitor.check else { throw VerbError("no HTTP check", code: 1) }
        #expect(settings.method == "POST")
        #expect(settings.statuses.description == "200,404")
        #expect(settings.keyword == "ok")
        #expect(!settings.verifyTLS)
        #expect(settings.addressFamily == .ipv4)
        #expect(secrets.headers == [HTTPSecrets.Header(name: "X-A", value: "b: c")])
        #expect(secrets.body == "hello")
    }

    @Test func `mistakes are said in one sentence`() {
        #expect(
            self.message("--timeout", "1e3", "a")
                == "--timeout: expected a number of seconds, 0.001 s to 5 min, found '1e3'"
        )
        #expect(self.message("--header", "nothing", "a") == "--header: expected 'NAME: VALUE', found 'nothing'")
        #expect(self.message("--family", "ipv5", "a") == "--family: expected any, ipv4 or ipv6, found 'ipv5'")
        #expect(self.message("--statuses", "20", "a")?.hasPrefix("--statuses: expected codes and ranges") == true)
        #expect(
            self.message("--method", "PUT", "a:22") == "--method is for http and https URLs, 'a:22' is none"
        )
    }

    @Test func `the phases stand below each other to scale`() {
        let timings = Timings(dns: 10_000, connect: 20_000, tls: 30_000, firstByte: 35_000, total: 100_000)
        #expect(
            Waterfall.text(timings, failedIn: nil, width: 20, .plain) == """
                  dns        ██                      10 ms
                  connect      ████                  20 ms
                  tls              ██████            30 ms
                  first byte             ███████     35 ms
                  transfer                      █   5.0 ms
                  total                             100 ms

                """
        )
    }

    @Test func `a phase that did not end is drawn up to the end`() {
        let bars = Waterfall.bars(Timings(dns: 1_000, total: 500_000), failedIn: .connect)
        #expect(bars == [Waterfall.Bar(name: "dns", micros: 1_000), Waterfall.Bar(name: "connect", micros: 499_000)])
        #expect(Waterfall.bars(Timings(connect: 5, total: 9), failedIn: nil).map(\.name) == ["connect"])
        #expect(Waterfall.text(Timings(), failedIn: nil, .plain).isEmpty)
    }

    @Test func `the verdict is one sentence, with colours only where they are wanted`() {
        var seen = CheckObservation(startedAt: 0, outcome: .up)
        seen.code = 200
        seen.address = "192.0.2.1"
        seen.certificateExpiresAt = 83 * 86_400_000 + 5
        seen.timings.total = 142_000
        var report = ProbeReport("https://example.com", seen, now: 0)
        #expect(report.exitCode == 0)
        #expect(
            report.text(.plain) == """
                ● UP  https://example.com answered 200 in 142 ms.
                  address 192.0.2.1, status 200, certificate valid for 83 days

                """
        )
        #expect(report.text(TextStyle(isColoured: true)).hasPrefix("\u{1B}[32m● UP\u{1B}[0m  "))
        seen.outcome = .down
        seen.reason = .timeout
        seen.detail = "no connection in 10 s"
        report = ProbeReport("https://example.com", seen, now: 0)
        #expect(report.exitCode == 1)
        #expect(report.sentence == "https://example.com failed: no connection in 10 s.")
        seen.outcome = .unknown
        #expect(ProbeReport("https://example.com", seen, now: 0).exitCode == 2)
    }

    @Test func `one probe of a real target tells its status and its times`() throws {
        let target = ScriptedTarget { $0.path == "/bad" ? ScriptedTarget.answer(503) : ScriptedTarget.ok("fine") }
        defer { target.stop() }
        var (monitor, secrets) = try self.monitor("--header", "X-A: b", target.url())
        let good = try ProbeOnce.run(monitor, secrets: secrets)
        #expect(good.outcome == .up)
        #expect(good.code == 200)
        #expect((good.timings.total ?? 0) > 0)
        #expect(target.requests.first?.head.contains("X-A: b") == true)
        (monitor, secrets) = try self.monitor(target.url("/bad"))
        let bad = try ProbeOnce.run(monitor, secrets: secrets)
        #expect(ProbeReport("x", bad, now: 0).sentence == "x failed: status 503, expected 200-299.")
    }

    @Test(
        arguments: [
            (0, "0 µs"), (999, "999 µs"), (1_000, "1.0 ms"), (9_450, "9.4 ms"), (142_700, "142 ms"),
            (1_526_000, "1.52 s"),
        ] as [(Int64, String)]
    )
    func `latencies are short`(_ micros: Int64, _ text: String) {
        #expect(Spoken.latency(micros: micros) == text)
    }

    @Test func `durations are said as people say them`() {
        #expect(
            [0, 59_999, 240_000, 7_200_000, 172_800_000].map { Spoken.elapsed(millis: $0) } == [
                "now", "59 s", "4 min", "2 h", "2 days",
            ]
        )
        #expect(
            [500, 1_050, 60_000, 90_000, 300_000, 86_400_000].map { Spoken.setting(millis: $0) } == [
                "0.5 s", "1.05 s", "60 s", "90 s", "5 min", "24 h",
            ]
        )
        #expect(Spoken.certificate(expiresAt: 0, now: 86_400_000) == "expired 1 day ago")
    }
}
