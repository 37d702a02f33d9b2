import Checks
import EventLoop
import Events
import Glibc
import Networking
import Service
import Synchronization
import TestServers

@testable import Pinger

/// An engine on a loop of its own, with what it published.
final class EngineFixture: Sendable {
    private let loop: EventLoop
    nonisolated(unsafe) private let engine: Engine
    let metrics: PingerMetrics
    private let published = Mutex<[CheckResult]>([])

    init(canaries: [String] = [], concurrency: Int = 100) throws {
        let metrics = PingerMetrics(Metrics(), region: "eu")
        self.metrics = metrics
        self.loop = try EventLoop(name: "engine")
        let prober = try Prober(on: self.loop, policy: .any)
        let sink = Sink()
        unsafe self.engine = Engine(
            prober: prober,
            canary: Canary(canaries, prober: prober),
            context: Engine.Context(
                region: "eu",
                pinger: "test",
                concurrency: concurrency,
                publish: { sink.take?($0) },
                metrics: metrics
            )
        )
        sink.take = { [unowned self] results in self.published.withLock { $0 += results } }
        try self.loop.start()
    }

    deinit {
        nonisolated(unsafe) let engine = unsafe self.engine
        self.loop.submit { unsafe engine.stop() }
        self.loop.stop()
    }

    var results: [CheckResult] { self.published.withLock { $0 } }

    /// Hands news to the engine and waits until it has taken them in.
    func learn(_ news: Shares.Learned...) {
        let done = Wakeup()
        self.loop.submit {
            unsafe self.engine.learn(news)
            done.raise()
        }
        done.wait()
    }

    func define(_ monitor: Monitor) {
        self.learn(.defined(Definition(monitor: monitor, secrets: HTTPSecrets())))
    }

    /// How many attempts run now, as the engine itself counts them.
    var running: Int {
        let count = Mutex(0)
        let done = Wakeup()
        self.loop.submit {
            let running = unsafe self.engine.running
            count.withLock { $0 = running }
            done.raise()
        }
        done.wait()
        return count.withLock { $0 }
    }

    /// Waits until there are so many results; what there is when 20 s are over.
    func results(_ count: Int) -> [CheckResult] {
        _ = eventually(within: .seconds(20)) { self.results.count >= count }
        return self.results
    }

    /// Where the engine's results go, known only after the engine was made.
    private final class Sink: @unchecked Sendable {
        // Unchecked: set before the loop starts, read by its thread.
        var take: (@Sendable ([CheckResult]) -> Void)?
    }
}

extension Monitor {
    /// A monitor that is due only when it was edited or is asked for, unless an interval is given.
    static func http(
        _ id: Int64,
        _ url: String,
        interval: Int64 = 3_600_000,
        timeout: Int64? = nil,
        threshold: Int = 1,
        retryInterval: Int64? = nil,
        updatedAt: Int64 = WallClock.millis,
        generation: Int64 = 1,
        requested: Int64? = nil
    ) -> Monitor {
        Monitor(
            id: id,
            name: "monitor \(id)",
            target: url,
            check: .http(HTTPCheckSettings()),
            interval: interval,
            timeout: timeout,
            failureThreshold: threshold,
            retryInterval: retryInterval,
            generation: generation,
            createdAt: 1_600_000_000_000,
            updatedAt: updatedAt,
            checkRequestedAt: requested
        )
    }
}
