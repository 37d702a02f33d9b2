import EventLoop
import Events

/// When a probe began and how long it may take, and what its own lateness does to its verdict.
struct CheckClock {
    let startedAt: Int64
    let begunAt: Int64
    /// In microseconds.
    let timeout: Int64
    let degradedAfter: Int64

    init(_ limits: CheckLimits) {
        self.startedAt = WallTime.now
        self.begunAt = MonotonicTime.now
        self.timeout = limits.timeout
        self.degradedAfter = limits.degradedAfter
    }

    /// Whether a failure is proven by what was received, however late it was read.
    ///
    /// A timeout, a reset or a broken answer may be our own doing: the other side gave up on us while we stood still.
    private static func stands(_ observation: CheckObservation) -> Bool {
        switch observation.reason {
        case .refused, .status, .body, .certificate, .redirect, .tooLarge, .denied: true
        default: false
        }
    }

    /// Fills in the times, and takes the blame where the loop stood still (design §2.7).
    func settle(_ observation: inout CheckObservation, on loop: EventLoop) {
        let total = MonotonicTime.now - self.begunAt
        observation.timings.total = total
        observation.overrun = max(0, total - self.timeout)
        observation.stall = loop.longestStall(since: self.begunAt)
        // A tenth of the timeout is what a start may be late too; less than 100 ms is ordinary scheduling.
        let isLate = observation.stall > max(100_000, self.timeout / 10)
        switch observation.outcome {
        case .down where isLate && !Self.stands(observation):
            observation.outcome = .unknown
            observation.reason = .overload
            observation.isLocalFault = true
            observation.detail = "the pinger itself stood still for \(Words.duration(observation.stall))"
        case .up where total - observation.stall > self.degradedAfter:
            observation.outcome = .degraded
            observation.detail =
                "answered in \(Words.duration(total)), slower than \(Words.duration(self.degradedAfter))"
        default: break
        }
    }
}

/// The times that every kind of check obeys, in microseconds.
struct CheckLimits: Sendable, Hashable {
    var timeout: Int64
    var degradedAfter: Int64

    init(_ monitor: Monitor) {
        self.timeout = monitor.timeout * 1_000
        self.degradedAfter = monitor.degradedAfter * 1_000
    }
}
