import Checks
import EventLoop
import Events
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TLSCheckTests {
    @Test func `a trusted certificate is up and tells when it expires`() async throws {
        let target = try #require(TLSTarget())
        let fixture = try ProbeFixture(authorities: target.authority)
        defer { fixture.stop() }
        let seen = await fixture.probe(target.url, timeout: 5_000)
        #expect(seen.outcome == .up, "\(seen)")
        #expect(try #require(seen.timings.tls) > 0)
        let left = try #require(seen.certificateExpiresAt) - WallTime.now
        #expect(left > 29 * 86_400_000 && left <= 30 * 86_400_000)
    }

    @Test(arguments: [
        (TLSTarget.Certificate.wrongHost, "another name", true), (.expired, "expired", true),
        (.good, "self-signed", false),
    ])
    func `a certificate that does not verify is down and says why`(
        certificate: TLSTarget.Certificate,
        word: String,
        isTrusted: Bool
    ) async throws {
        let target = try #require(TLSTarget(certificate))
        let fixture = try ProbeFixture(authorities: isTrusted ? target.authority : nil)
        defer { fixture.stop() }
        let seen = await fixture.probe(target.url, timeout: 5_000)
        #expect(seen.outcome == .down, "\(seen)")
        #expect(seen.reason == .certificate, "\(seen)")
        #expect(seen.phase == .tls)
        #expect(seen.wasAnswered)
        #expect(seen.detail?.contains(word) == true, "\(seen)")
        let careless = await fixture.probe(target.url, timeout: 5_000, HTTPCheckSettings(verifyTLS: false))
        #expect(careless.outcome == .up, "\(careless)")
        #expect(careless.certificateExpiresAt != nil)
    }

    @Test func `a port that speaks no TLS is down with the reason tls`() async throws {
        let target = ScriptedTarget(greeting: [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close])
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe("https://127.0.0.1:\(target.port)/", timeout: 5_000)
        #expect(seen.reason == .tls, "\(seen)")
        #expect(seen.phase == .tls)
        #expect(seen.wasAnswered)
    }

    @Test func `a handshake that stalls times out in the phase tls`() async throws {
        let target = ScriptedTarget(greeting: [])
        defer { target.stop() }
        // A short list of authorities: reading the machine's takes long enough to count as our own fault.
        let trusted = try #require(TLSTarget())
        let fixture = try ProbeFixture(authorities: trusted.authority)
        defer { fixture.stop() }
        let seen = await fixture.probe("https://127.0.0.1:\(target.port)/", timeout: 1_200)
        #expect(seen.reason == .timeout)
        #expect(seen.phase == .tls)
        #expect(!seen.wasAnswered)
    }
}
