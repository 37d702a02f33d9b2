import Events

/// When one monitor is checked next: slots, the two extra slots, and repetitions after a failure (design §2.1, §4, §5).
///
/// Pure: wall time comes in as Unix ms. At most one attempt of a monitor runs at a time; slots that fall due
/// meanwhile are covered by it and counted.
struct Timetable {
    /// One planned attempt.
    struct Planned: Equatable {
        /// The planned time of the check, part of its identity.
        var slot: Int64
        /// 0 for the check itself, 1 … for its repetitions.
        var attempt: Int
        /// When it is to start, Unix ms.
        var at: Int64
        /// How much later it may start, in ms.
        var tolerance: Int64
    }

    /// What to do with a planned attempt whose timer has expired.
    enum Due: Equatable {
        /// Start it now.
        case start
        /// The wall clock has not reached it; look again after so many ms.
        case early(by: Int64)
        /// The wall clock was set back: plan anew.
        case replan
        /// It is too late; count it and plan the next.
        case skip
    }

    /// How far ahead of its record a slot may lie, in ms: readers throw further ones back.
    private static let future: Int64 = 60_000

    private(set) var interval: Int64
    private let phase: Int64
    private let timeout: Int64
    private let retryInterval: Int64
    private let failureThreshold: Int
    private var updatedAt: Int64
    private var checkRequestedAt: Int64?

    /// The slot that was started or given up last; slots only rise.
    private(set) var lastSlot = Int64.min
    /// Failures in a row of this pinger's own attempts.
    private(set) var failures = 0
    /// The repetition that the last failure asked for.
    private var repetition: Planned?
    /// Slots that passed without a check of their own, ever.
    private(set) var skipped = 0

    /// The timetable of a definition that was not known before.
    init(_ monitor: Monitor) {
        self.interval = monitor.interval
        self.phase = Slot.phase(of: monitor.id, interval: monitor.interval)
        self.timeout = monitor.timeout
        self.retryInterval = monitor.retryInterval
        self.failureThreshold = monitor.failureThreshold
        self.updatedAt = monitor.updatedAt
        self.checkRequestedAt = monitor.checkRequestedAt
    }

    /// The timetable of an edited definition: what was started is not started again.
    init(_ monitor: Monitor, replacing former: Timetable) {
        self.init(monitor)
        self.lastSlot = former.lastSlot
        self.failures = former.failures
        self.skipped = former.skipped
        self.repetition = monitor.updatedAt == former.updatedAt ? former.repetition : nil
    }

    /// The attempt to run next, seen at `now`; slots before it that nothing ran for are counted as skipped.
    ///
    /// A newer slot makes the repetition of an older one pointless: its result could only come late.
    mutating func next(now: Int64) -> Planned {
        if self.isAhead(of: now) {
            // The wall clock was set back by more than a slot may be ahead (design §6): nobody believed those slots.
            self.lastSlot = .min
            self.repetition = nil
        }
        let planned = self.repetition ?? self.regular(now: now)
        guard let extra = self.extraSlot(now: now), extra.at <= planned.at else { return planned }
        return extra
    }

    /// Whether the clock has stood much later than `now`, so that waiting for it would leave the monitor unwatched.
    private func isAhead(of now: Int64) -> Bool {
        max(self.lastSlot, self.repetition?.slot ?? .min) > now + Timetable.future
    }

    /// The next slot of the grid.
    private mutating func regular(now: Int64) -> Planned {
        let slot = self.slot(atOrAfter: max(now, self.lastSlot == .min ? now : self.lastSlot + 1))
        if self.lastSlot != .min {
            let expected = self.slot(atOrAfter: self.lastSlot + 1)
            self.skipped += Int((slot - expected) / self.interval)
            self.lastSlot = max(self.lastSlot, slot - self.interval)
        }
        return Planned(slot: slot, attempt: 0, at: slot, tolerance: self.tolerance)
    }

    /// Judges a planned attempt whose timer expired, at wall time `now`.
    func due(_ planned: Planned, now: Int64) -> Due {
        if now < planned.at {
            let by = planned.at - now
            return by > self.interval ? .replan : .early(by: by)
        }
        return now - planned.at <= planned.tolerance ? .start : .skip
    }

    /// Notes that the attempt has started.
    mutating func started(_ planned: Planned) {
        self.lastSlot = max(self.lastSlot, planned.slot)
        self.repetition = nil
    }

    /// Notes that the attempt was given up; counted.
    mutating func gaveUp(_ planned: Planned) {
        self.started(planned)
        self.skipped += 1
    }

    /// Notes what the attempt found and plans its repetition, if one is due before the next slot.
    mutating func finished(_ planned: Planned, outcome: Outcome, now: Int64) {
        switch outcome {
        case .up, .degraded: self.failures = 0
        case .unknown: break
        case .down:
            self.failures += 1
            guard self.failures < self.failureThreshold else { return }
            let elapsed = max(now - planned.slot, 0)
            let attempt = max(planned.attempt + 1, Int((elapsed + self.retryInterval - 1) / self.retryInterval))
            let at = planned.slot + Int64(attempt) * self.retryInterval
            guard at < self.slot(atOrAfter: planned.slot + 1) else { return }
            self.repetition = Planned(slot: planned.slot, attempt: attempt, at: at, tolerance: self.tolerance)
        }
    }

    /// 10 % of the timeout (design §5), at least 20 ms so that a short timeout does not make a busy machine blind.
    private var tolerance: Int64 { max(self.timeout / 10, 20) }

    /// The edit or the "check now" that has not been answered yet; an edit is looked at for one interval only.
    private func extraSlot(now: Int64) -> Planned? {
        func isOpen(_ slot: Int64) -> Bool {
            slot > self.lastSlot && now - slot < self.interval && slot - now < self.interval
        }
        var slot = isOpen(self.updatedAt) ? self.updatedAt : nil
        if let requested = self.checkRequestedAt, isOpen(requested) { slot = max(slot ?? requested, requested) }
        return slot.map { Planned(slot: $0, attempt: 0, at: $0, tolerance: self.interval) }
    }

    private func slot(atOrAfter time: Int64) -> Int64 {
        let rest = (time - self.phase) % self.interval
        return rest == 0 ? time : time - rest + (rest > 0 ? self.interval : 0)
    }
}
