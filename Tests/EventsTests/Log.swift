import Events

/// A small log with its state, for scenarios: times are milliseconds after ``Log/start``.
struct Log {
    static let start: Int64 = 1_795_189_560_000
    var state = PartitionState(partition: Partitioning.partition(of: 42, count: 1), count: 1)
    var effects: [Effect] = []

    /// A monitor of interval 60 s with the given thresholds.
    static func monitor(
        _ id: Int64 = 42,
        failureThreshold: Int = 3,
        recoveryThreshold: Int = 2,
        quorum: Quorum = .majority,
        reminder: Int64? = nil,
        check: CheckSettings = .tcp(TCPCheckSettings())
    ) -> Monitor {
        Monitor(
            id: id,
            name: "Shop",
            target: "shop:80",
            check: check,
            failureThreshold: failureThreshold,
            recoveryThreshold: recoveryThreshold,
            quorum: quorum,
            reminderInterval: reminder,
            createdAt: Log.start
        )
    }

    @discardableResult
    mutating func step(_ record: Record, at time: Int64) -> [Effect] {
        var new: [Effect] = []
        self.state.step(record, timestamp: Log.start + time, &new)
        self.effects += new
        return new
    }

    @discardableResult
    mutating func define(_ monitor: Monitor, at time: Int64 = 0) -> [Effect] {
        self.step(.change(.defined(monitor)), at: time)
    }

    @discardableResult
    mutating func pulse(_ time: Int64, _ region: String = "eu", canary: Pulse.Canary = .none) -> [Effect] {
        let share = Partitioning.share(of: 42)
        let pulse = Pulse(region: region, share: share, time: Log.start + time, canary: canary, pinger: "p")
        return self.step(.pulse(pulse), at: time)
    }

    @discardableResult
    mutating func result(
        _ slot: Int64,
        _ outcome: Outcome,
        _ region: String = "eu",
        attempt: Int = 0,
        reason: Reason? = nil,
        generation: Int64 = 1,
        monitor: Int64 = 42,
        at time: Int64? = nil
    ) -> [Effect] {
        let result = CheckResult(
            monitor: monitor,
            region: region,
            slot: Log.start + slot,
            attempt: attempt,
            startedAt: Log.start + slot,
            outcome: outcome,
            reason: reason ?? (outcome == .down ? .status : nil),
            timings: Timings(total: 1_000),
            pinger: "p",
            generation: generation
        )
        return self.step(.result(result), at: time ?? slot)
    }

    /// Pulses of `regions` every 10 s from `from` through `to`.
    mutating func pulses(_ from: Int64, _ to: Int64, _ regions: [String] = ["eu"]) {
        for time in stride(from: from, through: to, by: 10_000) {
            for region in regions { self.pulse(time, region) }
        }
    }

    var status: MonitorStatus? { self.state.status(of: 42) }
    var shown: State? { self.status?.state }
    var opened: [Incident] { self.effects.compactMap { if case .opened(let incident) = $0 { incident } else { nil } } }
    var resolved: [Incident] {
        self.effects.compactMap { if case .resolved(let incident) = $0 { incident } else { nil } }
    }
    /// The whole monitor's spans as they stand after all corrections, as (start, state).
    func spans(_ region: String = "") -> [(Int64, SpanState)] {
        var spans: [(Int64, SpanState)] = []
        for case .span(let span) in self.effects where span.region == region && span.monitor == 42 {
            spans.removeAll { $0.0 >= span.from - Log.start }
            spans.append((span.from - Log.start, span.state))
        }
        return spans
    }
}
