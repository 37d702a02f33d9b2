import Glibc
import PrivateServers
import Testing

@testable import Service

private let hasPromtool = unsafe access("/usr/bin/promtool", X_OK) == 0

@Suite(.timeLimit(.minutes(1))) struct HealthServerTests {
    @Test func `life, readiness and metrics are answered`() throws {
        let health = Health()
        let metrics = Metrics()
        metrics.counter("apus_results_total", "Results.").add(2)
        let server = try HealthServer(
            listen: HostAndPort(host: "127.0.0.1", port: 0),
            health: health,
            metrics: metrics
        )
        defer { server.stop() }
        let log = health.condition("log")
        #expect(try self.get("/livez", server) == (200, "alive\n"))
        #expect(try self.get("/readyz", server) == (503, "log: starting\n"))
        log.meet()
        #expect(try self.get("/readyz", server) == (200, "ready\n"))
        _ = health.heartbeat("poll", maxAge: -1)
        #expect(try self.get("/livez", server).status == 503)
        let scrape = try self.get("/metrics", server)
        #expect(scrape.status == 200 && scrape.body == metrics.exposition())
        #expect(try self.get("/other", server).status == 404)
    }

    @Test(.enabled(if: hasPromtool))
    func `promtool finds nothing to complain about`() throws {
        let metrics = Metrics()
        metrics.observeProcess()
        metrics.counter("apus_results_total", "Results by outcome.", ["outcome": "up \"\\\n"]).add()
        metrics.gauge("apus_consumer_lag_seconds", "Age of the newest record that was consumed.").set(0.5)
        metrics.histogram("apus_round_seconds", "Duration of a round.").observe(0.02)
        // The shell hands the text over; promtool reads standard input.
        var command = ChildCommand("/bin/sh", ["-c", "printf %s \"$TEXT\" | promtool check metrics"])
        command.environment = ["TEXT": metrics.exposition(), "PATH": "/usr/bin:/bin"]
        let child = try ChildProcess(command)
        #expect(child.wait(.seconds(20)) == .status(0))
    }

    private func get(_ path: String, _ server: HealthServer) throws -> (status: Int, body: String) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.address.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
        let request = Array("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
        unsafe _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            if count <= 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1)
        let status = try #require(parts.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return (status, parts.count > 1 ? String(parts[1]) : "")
    }
}
