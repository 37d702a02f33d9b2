package import Events

/// One monitor with all that was ever heard of it.
package struct NaiveMonitor {
    /// The definition in force; `nil`: deleted.
    package internal(set) var definition: Monitor?
    /// The shown state.
    package internal(set) var state = State.new
    /// Since when the shown state holds, Unix ms; `nil` where only the spans say so.
    package internal(set) var since: Int64?
    /// Up, but some region that counts is slow.
    package internal(set) var degraded = false
    /// Every incident so far, in the order of their confirmation.
    package internal(set) var incidents: [Incident] = []
    /// What each region reported.
    package internal(set) var regions: [String: NaiveRegion] = [:]

    var generation: Int64 = 0
    /// When it was created or enabled again.
    var startedAt: Int64 = 0
    /// The newest edit.
    var editedAt: Int64 = 0
    /// The last verdict of the whole: new, up, down, unknown or paused.
    var confirmed = State.new
    /// Where the last incident ended, while the verdict is up.
    var confirmedSince: Int64?
    /// No incident starts before this.
    var floor: Int64 = 0
    /// When some regions voted, but fewer than a numeric quorum asks for; the present one has no end yet.
    var shortages: [Range<Int64>] = []
    var shortFrom: Int64?
    /// The confirmed verdicts, each from where it was backdated to, whether or not somebody saw.
    var verdicts = NaiveTimeline()
    var newestPush: Int64 = 0
    /// The newest deadline that was missed since the last edit.
    var newestMissed: Int64?

    /// One time that the monitor was confirmed DOWN; times in Unix ms.
    package struct Incident: Hashable, Sendable {
        /// Where the run of failures began that completed the quorum.
        package var startedAt: Int64
        /// The partition's time at the confirmation.
        package var confirmedAt: Int64
        /// Where the good run began, or when it was paused or deleted.
        package var endedAt: Int64?
        /// How it ended.
        package var resolution: Events.Incident.Resolution?
        /// Why the newest failure failed.
        package var reason: Reason?
        /// The BAD regions.
        package var regions: [String]
    }

    var openIncident: Incident? { self.incidents.last?.resolution == nil ? self.incidents.last : nil }

    init(generation: Int64 = 0, incidents: [Incident] = []) {
        self.generation = generation
        self.incidents = incidents
    }

    mutating func define(_ new: Monitor, at time: Int64, now: Int64) {
        let old = self.definition
        self.definition = new
        self.editedAt = max(time, now)
        self.newestMissed = nil
        guard let old else {
            self.start(at: time, as: new.enabled ? .new : .paused)
            return
        }
        if old.enabled != new.enabled {
            let start = max(time, self.floor)
            self.close(.paused, at: start)
            self.start(at: start, as: new.enabled ? .new : .paused)
        }
        if new.isAnotherTarget(than: old) { self.forget(.target, at: time) }
        if let named = new.regions, named != old.regions, new.check.type != "push" {
            for name in self.regions.keys where !named.contains(name) {
                self.regions[name]?.entries.append(.forgotten(.removal, at: max(time, now)))
            }
        }
    }

    mutating func delete(_ at: Int64) {
        self.close(.deleted, at: at)
        self = NaiveMonitor(generation: self.generation, incidents: self.incidents)
    }

    private mutating func start(at time: Int64, as state: State) {
        self.forget(state == .paused ? .pause : .resumption, at: time)
        self.verdicts.set(time, state == .paused ? .paused : .unknown)
        self.endShortage(at: time)
        (self.confirmed, self.state, self.since, self.degraded) = (state, state, time, false)
        self.floor = time
        self.startedAt = time
    }

    private mutating func forget(_ reason: NaiveRegion.Entry.Reason, at time: Int64) {
        for name in self.regions.keys { self.regions[name]?.entries.append(.forgotten(reason, at: time)) }
    }

    private mutating func endShortage(at time: Int64) {
        if let from = self.shortFrom, from < time { self.shortages.append(from..<time) }
        self.shortFrom = nil
    }

    private mutating func close(_ resolution: Events.Incident.Resolution, at time: Int64) {
        guard let open = self.openIncident else { return }
        let end = max(time, open.startedAt)
        self.incidents[self.incidents.count - 1].endedAt = end
        self.incidents[self.incidents.count - 1].resolution = resolution
        self.floor = end
    }
}

// MARK: - The verdict of the whole

extension NaiveMonitor {
    /// Counts the votes of the expected regions anew.
    ///
    /// - Parameter news: the region whose result is the cause, if one is.
    mutating func evaluate(at now: Int64, expected: [String: NaiveWatch], news: String?) {
        guard let definition else { return }
        let votes = Votes(self, definition, expected, now: now)
        let needed = definition.quorum.needed(of: votes.counted)
        if needed == nil, votes.counted > 0 {
            self.shortFrom = self.shortFrom ?? now
        } else {
            self.endShortage(at: now)
        }
        if let needed {
            if votes.bad.count >= needed {
                if self.confirmed != .down { self.confirmDown(votes, needed, now, news) }
            } else if !votes.good.isEmpty, self.confirmed != .up {
                self.confirmUp(votes, now, news)
            }
            self.show(votes, needed)
        } else {
            if self.confirmed != .new || now >= self.editedAt + definition.limit {
                if self.confirmed != .unknown { self.verdicts.set(now, .unknown) }
                self.confirmed = .unknown
                self.confirmedSince = nil
            }
            self.show(votes, Int.max)
        }
    }

    private mutating func confirmDown(_ votes: Votes, _ needed: Int, _ now: Int64, _ news: String?) {
        self.confirmed = .down
        let starts = votes.bad.map { $0.tally.verdictStart }.sorted()
        let startedAt = max(starts[needed - 1], self.floor)
        if let open = self.openIncident {
            // It was silent about it, and goes on from where this run of failures began.
            return self.verdicts.set(max(startedAt, open.startedAt), .down)
        }
        let failures = votes.bad.compactMap { $0.region.last }.filter { $0.isFailure }
        let newest = failures.max { $0.result.slot < $1.result.slot }
        let own = news.flatMap { self.regions[$0]?.last }.flatMap { $0.isFailure ? $0 : nil }
        self.verdicts.set(startedAt, .down)
        self.incidents.append(
            Incident(
                startedAt: startedAt,
                confirmedAt: max(now, startedAt),
                reason: (own ?? newest)?.result.reason,
                regions: votes.bad.map(\.name)
            )
        )
    }

    private mutating func confirmUp(_ votes: Votes, _ now: Int64, _ news: String?) {
        let wasUnknown = self.confirmed == .unknown
        self.confirmed = .up
        self.confirmedSince = nil
        guard let open = self.openIncident else {
            if wasUnknown, let since = self.verdicts.unknownSince {
                let runs = votes.good.map(\.tally).filter { $0.successes > 0 }.map(\.runStart)
                self.verdicts.set(max(runs.min() ?? now, since), .up)
            } else if self.verdicts.spans.last?.state != .up {
                self.verdicts.set(self.floor, .up)
            }
            return
        }
        // A region that was good all the time and only now votes again proves nothing of the time before.
        var end = now
        if let own = news.flatMap({ self.regions[$0] }), own.tally.verdict == .good, own.tally.successes > 0 {
            let starts = [own.tally.verdictStart, own.rowStart ?? now]
            end = starts.first { $0 > open.startedAt } ?? now
        }
        self.close(.recovered, at: end)
        self.confirmedSince = max(end, open.startedAt)
        self.verdicts.set(max(end, open.startedAt), .up)
    }

    private mutating func show(_ votes: Votes, _ needed: Int) {
        self.degraded = self.confirmed == .up && votes.isSlow
        switch self.confirmed {
        case .up, .new:
            let quiet = self.confirmed == .up ? self.confirmedSince : self.startedAt
            self.state = votes.failing.isEmpty ? self.confirmed : .pending
            self.since = votes.failing.min() ?? quiet
        case .down:
            let recovering = votes.bad.filter { $0.tally.successes > 0 }
            let isRecovering = votes.bad.count >= needed && votes.bad.count - recovering.count < needed
            self.state = isRecovering ? .recovering : .down
            self.since = isRecovering ? recovering.map { $0.tally.runStart }.min() : self.openIncident?.startedAt
        default:
            self.state = self.confirmed
            self.since = nil
        }
    }
}

/// The votes of a monitor's expected regions.
private struct Votes {
    struct Vote {
        var name: String
        var region: NaiveRegion
        var tally: NaiveRegion.Tally
    }

    /// How many regions count: those with a fresh verdict, and those that still have time to reach one.
    var counted = 0
    var bad: [Vote] = []
    var good: [Vote] = []
    /// Where the runs of failures began.
    var failing: [Int64] = []
    var isSlow = false

    init(_ monitor: NaiveMonitor, _ definition: Monitor, _ expected: [String: NaiveWatch], now: Int64) {
        for (name, watch) in expected.sorted(by: { $0.key < $1.key }) {
            let region = monitor.regions[name] ?? NaiveRegion()
            let vote = Vote(name: name, region: region, tally: region.tally)
            let isFresh = region.isFresh(now, definition)
            if isFresh {
                if vote.tally.verdict == .bad {
                    self.failing.append(vote.tally.verdictStart)
                } else if vote.tally.failures > 0 {
                    self.failing.append(vote.tally.runStart)
                }
                if region.last?.outcome == .degraded { self.isSlow = true }
            }
            if isFresh, vote.tally.verdict != nil {
                self.counted += 1
                if vote.tally.verdict == .bad { self.bad.append(vote) } else { self.good.append(vote) }
            } else if now < max(watch.began, monitor.editedAt) + definition.limit {
                self.counted += 1
            }
        }
    }
}
