import Checks
import EventLoop
import Events
import Synchronization

/// Asks the operator's reference targets, so that a blind region is told from a broken world (design §5).
///
/// Lives on one loop's thread; only ``latest`` may be read from others.
final class Canary: Sendable {
    // Every stored property but the verdict is confined to the loop's thread.
    private final class Round {
        var rounds = CanaryRounds()
        var settle: [Int: (Bool) -> Void] = [:]
        var nextID = 0
        var running: [any RunningCheck] = []
        var pending = 0
        var begun = 0
    }

    private let prober: Prober
    private let checks: [any Check]
    nonisolated(unsafe) private let state = Round()
    nonisolated(unsafe) private var timer: LoopTimer?
    private let published = Mutex<(verdict: Pulse.Canary, at: Int64)>((.none, 0))

    /// Makes a canary of `targets` (URLs or `host:port`) on the prober's loop, before that starts.
    init(_ targets: [String], prober: Prober) {
        self.prober = prober
        self.checks = targets.compactMap { Canary.check($0) }
        unsafe self.timer = LoopTimer(on: prober.loop) { [unowned self] in self.look() }
    }

    /// Whether there is anything to ask.
    var exists: Bool { !self.checks.isEmpty }

    /// What the last round said, and when it ended (monotonic ms); from any thread.
    var latest: (verdict: Pulse.Canary, at: Int64) { self.published.withLock { $0 } }

    /// Asks unless a round began within the last second, so that pulses carry a fresh verdict; on the loop's thread.
    func refresh() {
        guard self.exists else { return }
        if unsafe self.state.rounds.shouldBegin(now: Canary.now, demanded: true) { self.begin() }
    }

    /// Calls `settle` with whether anything was seen by a round that begins after this call, within two seconds.
    func settle(_ settle: @escaping (Bool) -> Void) {
        let state = unsafe self.state
        state.nextID += 1
        state.settle[state.nextID] = settle
        state.rounds.wait(state.nextID, now: Canary.now)
        self.look()
    }

    private static var now: Int64 { MonotonicTime.now / 1_000 }

    private func look() {
        let state = unsafe self.state
        for id in state.rounds.expired(now: Canary.now) { state.settle.removeValue(forKey: id)?(false) }
        if state.rounds.shouldBegin(now: Canary.now) { self.begin() }
        if let next = state.rounds.nextLook { unsafe self.timer?.set(at: next * 1_000) }
    }

    private func begin() {
        let state = unsafe self.state
        state.rounds.begin(now: Canary.now)
        state.begun += 1
        state.pending = self.checks.count
        let round = state.begun
        state.running = self.checks.map { check in
            check.start(with: self.prober) { [weak self] observation in
                self?.answered(
                    observation.wasAnswered || observation.outcome != .down && !observation.isLocalFault,
                    round
                )
            }
        }
    }

    private func answered(_ good: Bool, _ round: Int) {
        let state = unsafe self.state
        guard round == state.begun, state.pending > 0 else { return }
        state.pending = good ? 0 : state.pending - 1
        guard state.pending == 0 else { return }
        for running in state.running { running.cancel() }
        state.running = []
        self.published.withLock { $0 = (good ? .good : .blind, Canary.now) }
        for id in state.rounds.end(good: good, now: Canary.now) { state.settle.removeValue(forKey: id)?(good) }
        self.look()
    }

    /// A canary as a check: whatever answers is good, so that only silence counts.
    private static func check(_ target: String) -> (any Check)? {
        let settings: CheckSettings
        if target.hasPrefix("http://") || target.hasPrefix("https://") {
            settings = .http(
                HTTPCheckSettings(statuses: StatusSet(ranges: [100...999]), maxRedirects: 0, verifyTLS: false)
            )
        } else {
            settings = .tcp(TCPCheckSettings())
        }
        let monitor = Monitor(
            id: 1,
            name: target,
            target: target,
            check: settings,
            interval: 60_000,
            timeout: CanaryRounds.timeout,
            createdAt: 0
        )
        return monitor.makeCheck(secrets: nil)
    }
}
