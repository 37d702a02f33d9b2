import Checks
import EventLoop
import Events
import Networking

/// A prober on a loop of its own.
final class ProbeFixture: Sendable {
    let loop: EventLoop
    let prober: Prober

    init(policy: AddressPolicy = .any, servers: String? = nil, authorities: String? = nil) throws {
        self.loop = try EventLoop(name: "prober")
        self.prober = try Prober(
            on: self.loop,
            policy: policy,
            servers: servers,
            authorities: authorities ?? "/etc/ssl/certs/ca-certificates.crt"
        )
        try self.loop.start()
    }

    func stop() { self.loop.stop() }

    func probe(_ monitor: Monitor, secrets: HTTPSecrets? = nil) async -> CheckObservation {
        await withCheckedContinuation { continuation in
            self.loop.submit {
                guard let check = monitor.makeCheck(secrets: secrets) else {
                    continuation.resume(returning: CheckObservation(startedAt: 0, outcome: .unknown))
                    return
                }
                _ = check.start(with: self.prober) { continuation.resume(returning: $0) }
            }
        }
    }

    func probe(
        _ url: String,
        timeout: Int64 = 1_000,
        degradedAfter: Int64 = 60_000,
        _ settings: HTTPCheckSettings = HTTPCheckSettings(),
        secrets: HTTPSecrets? = nil
    ) async -> CheckObservation {
        await self.probe(
            Monitor(
                id: 1,
                name: "test",
                target: url,
                check: .http(settings),
                timeout: timeout,
                degradedAfter: degradedAfter,
                createdAt: 1
            ),
            secrets: secrets
        )
    }
}
