import Checks
import EventLoop
import Events
import Glibc
import Networking
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TCPCheckTests {
    private func monitor(_ target: String, timeout: Int64 = 2_000, family: AddressFamily = .any) -> Monitor {
        let check = CheckSettings.tcp(TCPCheckSettings(addressFamily: family))
        return Monitor(id: 1, name: "tcp", target: target, check: check, timeout: timeout, createdAt: 1)
    }

    @Test func `a port that listens is up, by address and by name`() async throws {
        let target = ScriptedTarget(greeting: [])
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        for host in ["127.0.0.1", "localhost", "LOCALHOST."] {
            let seen = await fixture.probe(self.monitor("\(host):\(target.port)"))
            #expect(seen.outcome == .up, "\(seen)")
            #expect(seen.address == "127.0.0.1")
            #expect(try #require(seen.timings.connect) >= 0)
            #expect(try #require(seen.timings.total) >= (seen.timings.connect ?? 0))
        }
    }

    @Test func `a port that does not listen is refused, a denied address is not connected to`() async throws {
        let target = ScriptedTarget(greeting: [])
        defer { target.stop() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let refused = await fixture.probe(self.monitor("127.0.0.1:\(LoopbackSocket.closedPort())"))
        #expect(refused.outcome == .down)
        #expect(refused.reason == .refused)
        #expect(refused.wasAnswered)
        let metadata = await fixture.probe(self.monitor("[::ffff:169.254.169.254]:80"))
        #expect(metadata.reason == .denied)
        let strict = try ProbeFixture(policy: .public)
        defer { strict.stop() }
        #expect(await strict.probe(self.monitor("127.0.0.1:\(target.port)")).reason == .denied)
        #expect(target.accepted == 0)
    }

    @Test func `a listener whose queue is full times out in the phase connect`() async throws {
        let full = FullListener()
        defer { full.close() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe(self.monitor("127.0.0.1:\(full.port)", timeout: 200))
        #expect(seen.outcome == .down, "\(seen)")
        #expect(seen.reason == .timeout)
        #expect(seen.phase == .connect)
        #expect(seen.detail == "no connection in 200 ms")
        #expect(!seen.wasAnswered)
        let web = await fixture.probe("http://127.0.0.1:\(full.port)/", timeout: 200)
        #expect(web.reason == .timeout)
        #expect(web.phase == .connect)
    }

    @Test(arguments: ["", "host", "host:", "host:0", "host:65536", "::1:80", "[host]:80", "a b:80", "h/p:80"])
    func `a target that is no host and port is unknown`(target: String) async throws {
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let seen = await fixture.probe(self.monitor(target))
        #expect(seen.outcome == .unknown, "\(target): \(seen)")
        #expect(seen.reason == .internalError)
    }

    @Test func `a failure while the loop itself stood still is our own`() async throws {
        let full = FullListener()
        defer { full.close() }
        let fixture = try ProbeFixture()
        defer { fixture.stop() }
        let monitor = self.monitor("127.0.0.1:\(full.port)", timeout: 200)
        async let probed = fixture.probe(monitor)
        fixture.loop.submit { usleep(300_000) }
        fixture.loop.submit { usleep(300_000) }
        let early = await probed
        let seen = await fixture.probeAcrossStall(monitor)
        for seen in [early, seen] where seen.stall > 20_000 {
            #expect(seen.outcome == .unknown, "\(seen)")
            #expect(seen.reason == .overload)
            #expect(seen.isLocalFault)
        }
        #expect(seen.stall >= 250_000)
        #expect(seen.overrun > 0)
    }
}

extension ProbeFixture {
    /// Starts a probe and blocks the loop in the same turn.
    fileprivate func probeAcrossStall(_ monitor: Monitor) async -> CheckObservation {
        await withCheckedContinuation { continuation in
            self.loop.submit {
                _ = monitor.makeCheck(secrets: nil)?.start(with: self.prober) { continuation.resume(returning: $0) }
                usleep(300_000)
            }
        }
    }
}

/// A port that answers no further SYN: its queue of connections is full.
private final class FullListener {
    let port: UInt16
    private let listener: Int32
    private var waiting: [Int32] = []

    init() {
        (self.listener, self.port) = LoopbackSocket.listening()
        listen(self.listener, 0)
        for _ in 0..<4 {
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = socket(AF_INET, type, 0)
            _ = unsafe IPAddress(ipv4: 0x7f00_0001).withSocketAddress(port: self.port) {
                unsafe connect(descriptor, $0, $1)
            }
            self.waiting.append(descriptor)
        }
    }

    func close() {
        for descriptor in self.waiting { Glibc.close(descriptor) }
        Glibc.close(self.listener)
    }
}
