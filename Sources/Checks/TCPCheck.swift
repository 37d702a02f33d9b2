import EventLoop
import Events
import HTTPClient
import Networking

/// A TCP connection to `host:port` that must come about.
struct TCPCheck: Check {
    private let target: (host: String, port: UInt16)?
    private let family: IPFamily
    private let limits: CheckLimits

    init(_ monitor: Monitor, _ settings: TCPCheckSettings) {
        self.target = TCPCheck.parse(monitor.target)
        self.family = IPFamily(settings.addressFamily)
        self.limits = CheckLimits(monitor)
    }

    func start(with prober: Prober, completion: @escaping (CheckObservation) -> Void) -> any RunningCheck {
        let probe = TCPProbe(prober, CheckClock(self.limits), completion)
        if let target = self.target {
            probe.begin(host: target.host, port: target.port, family: self.family)
        } else {
            probe.failSoon(Verdict(.internalError, "the target is not of the form host:port", isLocal: true))
        }
        return probe
    }

    /// `host:port` or `[address]:port`; ports 1 … 65535.
    static func parse(_ target: String) -> (host: String, port: UInt16)? {
        guard let colon = target.lastIndex(of: ":"), let port = UInt16(target[target.index(after: colon)...]), port > 0
        else { return nil }
        var host = String(target[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard IPAddress(host)?.isIPv6 == true else { return nil }
            return (host, port)
        }
        return HostName.ascii(host).map { ($0, port) }
    }
}

/// A TCP check under way.
private final class TCPProbe: RunningCheck {
    private let prober: Prober
    private let clock: CheckClock
    private var completion: ((CheckObservation) -> Void)?
    private var observation: CheckObservation
    private var deadline: LoopTimer?
    private var lookup: Lookup?
    private var attempt: TCPAttempt?
    private var connectingSince: Int64?
    private var foregone: Verdict?

    init(_ prober: Prober, _ clock: CheckClock, _ completion: @escaping (CheckObservation) -> Void) {
        self.prober = prober
        self.clock = clock
        self.completion = completion
        self.observation = CheckObservation(startedAt: clock.startedAt, outcome: .up)
        // Retained by the timer until the end: nobody has to keep a probe alive.
        self.deadline = LoopTimer(on: prober.loop) { self.timeIsUp() }
        self.deadline?.set(at: clock.begunAt + clock.timeout)
    }

    func begin(host: String, port: UInt16, family: IPFamily) {
        self.lookup = self.prober.resolver.resolve(host, family: family, within: self.clock.timeout + 1_000_000) {
            [weak self] answer in
            self?.resolved(answer, port: port)
        }
    }

    func failSoon(_ verdict: Verdict) {
        self.foregone = verdict
        self.deadline?.set(after: 0)
    }

    func cancel() {
        self.completion = nil
        self.lookup?.cancel()
        self.lookup = nil
        self.attempt?.cancel()
        self.attempt = nil
        self.deadline?.cancel()
        self.deadline = nil
    }

    private func resolved(_ answer: Result<[IPAddress], DNSFailure>, port: UInt16) {
        switch answer {
        case .failure(let failure):
            self.failSoon(Verdict(failure))
        case .success(let addresses):
            let now = MonotonicTime.now
            self.observation.timings.dns = now - self.clock.begunAt
            self.connectingSince = now
            self.attempt = TCPAttempt(
                on: self.prober.loop,
                to: addresses,
                port: port,
                policy: self.prober.policy
            ) { [weak self] result, address in
                self?.connected(result, address)
            }
        }
    }

    private func connected(_ result: Result<IPAddress, SocketFailure>, _ address: IPAddress?) {
        self.observation.address = address?.description
        switch result {
        case .success:
            self.observation.timings.connect = self.connectingSince.map { MonotonicTime.now - $0 }
            self.observation.wasAnswered = true
        case .failure(let failure):
            self.observation.wasAnswered = failure == .refused || failure == .reset
            self.observation.fail(Verdict(failure), in: .connect)
        }
        self.finish()
    }

    private func timeIsUp() {
        let phase: Phase = self.connectingSince == nil ? .dns : .connect
        self.observation.fail(
            self.foregone ?? Verdict(.timeout, Words.timeout(phase, self.clock.timeout)),
            in: phase
        )
        self.finish()
    }

    private func finish() {
        let completion = self.completion
        self.cancel()
        self.clock.settle(&self.observation, on: self.prober.loop)
        completion?(self.observation)
    }
}
