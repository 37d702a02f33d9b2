/// What Apus watches and how: the definition that the gateway edits, `monitors` carries and pingers obey (design §4).
///
/// All times are Unix milliseconds, all durations milliseconds. Plain data; safe to share between threads.
package struct Monitor: Sendable, Hashable {
    /// The decimal of this id is the key of every record about the monitor; positive.
    package var id: Int64
    /// What people call it; 1 … 200 characters.
    package var name: String
    /// What is checked: a URL for `http`, `host:port` for `tcp`, empty for `push`.
    package var target: String
    /// The kind of check with the settings that only this kind has.
    package var check: CheckSettings
    /// Time between two slots; 1,000 … 86,400,000 ms.
    package var interval: Int64
    /// How long one attempt may take in all, even beyond the interval; at most 300,000 ms.
    package var timeout: Int64
    /// The regions that check it; `nil`: every region that pulses.
    package var regions: [String]?
    /// Failures in a row that make a region BAD; at least 1.
    package var failureThreshold: Int
    /// Successes in a row that make a BAD region GOOD again; at least 1.
    package var recoveryThreshold: Int
    /// Time between two attempts of one slot; at least 1 ms and at most the interval.
    package var retryInterval: Int64
    /// A correct answer slower than this is `degraded`.
    package var degradedAfter: Int64
    /// How many regions must be BAD before the monitor is DOWN.
    package var quorum: Quorum
    /// The channels that hear of it; `nil`: those marked default; empty: none.
    package var channels: [Int64]?
    /// Time between reminders while DOWN; `nil`: off; at least 300,000 ms.
    package var reminderInterval: Int64?
    /// Monitors whose being DOWN explains this one's; kept for a later release of the state machine.
    package var dependsOn: [Int64]
    /// The heading it is listed under.
    package var group: String?
    /// Free labels for search and filters.
    package var tags: [String]
    /// Whether it is watched: `false` means no checks, no alerts, and an open incident is closed.
    package var enabled: Bool
    /// Rises by one with each edit, from 1; readers ignore older ones.
    package var generation: Int64
    /// When it was created.
    package var createdAt: Int64
    /// When this generation was made; rises strictly, and is itself an extra slot (design §2.1).
    package var updatedAt: Int64
    /// The extra slot of the last "check now"; does not raise the generation.
    package var checkRequestedAt: Int64?

    /// Makes a definition with the defaults of design §4; nothing is validated here.
    package init(
        id: Int64,
        name: String,
        target: String,
        check: CheckSettings,
        interval: Int64 = 60_000,
        timeout: Int64? = nil,
        regions: [String]? = nil,
        failureThreshold: Int = 3,
        recoveryThreshold: Int = 2,
        retryInterval: Int64? = nil,
        degradedAfter: Int64 = 1_000,
        quorum: Quorum = .majority,
        channels: [Int64]? = nil,
        reminderInterval: Int64? = nil,
        dependsOn: [Int64] = [],
        group: String? = nil,
        tags: [String] = [],
        enabled: Bool = true,
        generation: Int64 = 1,
        createdAt: Int64,
        updatedAt: Int64? = nil,
        checkRequestedAt: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.target = target
        self.check = check
        self.interval = interval
        self.timeout = timeout ?? Monitor.defaultTimeout(interval: interval)
        self.regions = regions
        self.failureThreshold = failureThreshold
        self.recoveryThreshold = recoveryThreshold
        self.retryInterval = retryInterval ?? min(interval, 10_000)
        self.degradedAfter = degradedAfter
        self.quorum = quorum
        self.channels = channels
        self.reminderInterval = reminderInterval
        self.dependsOn = dependsOn
        self.group = group
        self.tags = tags
        self.enabled = enabled
        self.generation = generation
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.checkRequestedAt = checkRequestedAt
    }

    /// min(10 s, 0.8 × interval), in ms.
    package static func defaultTimeout(interval: Int64) -> Int64 { min(10_000, interval * 4 / 5) }

    /// How old the newest slot of a region may be before it no longer counts, in ms (design §2.7):
    /// max(2.5 × interval, interval + 60 s) + timeout, and for push monitors their grace.
    package var limit: Int64 {
        let limit = max(self.interval * 5 / 2, self.interval + 60_000) + self.timeout
        guard case .push(let push) = self.check else { return limit }
        return limit + push.grace
    }

    /// How far apart two known slots may lie with nothing missed between them, in ms (design §2.7): a slot that falls due
    /// while a check runs is covered by it, so interval + timeout, and for push monitors their grace.
    package var reach: Int64 {
        guard case .push(let push) = self.check else { return self.interval + self.timeout }
        return self.interval + self.timeout + push.grace
    }

    /// A gap between two applied slots longer than this forgets counters and verdict, in ms (design §4):
    /// max(3 × interval, 10 min).
    package var memory: Int64 { max(3 * self.interval, 600_000) }

    /// Whether verdicts over `other` say nothing of this: another type, target or assertion (design §4).
    ///
    /// Header values, the body and credentials are sealed anew with each edit and so are no sign of a difference.
    package func isAnotherTarget(than other: Monitor) -> Bool {
        guard self.target == other.target else { return true }
        switch (self.check, other.check) {
        case (.http(let mine), .http(let theirs)):
            return mine.method != theirs.method || mine.statuses != theirs.statuses || mine.keyword != theirs.keyword
                || mine.invertKeyword != theirs.invertKeyword
        case (.tcp, .tcp), (.push, .push): return false
        default: return true
        }
    }
}
