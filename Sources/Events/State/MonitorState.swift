/// All that `step` knows of one monitor.
///
/// The states of maintenance, flapping and dependencies will be overlays beside `confirmed`, which goes on underneath.
package struct MonitorState: Sendable, Hashable {
    /// The last verdict of the whole, from which the shown state is derived.
    enum Confirmed: String, Sendable, Hashable {
        case none, up, down, unknown
    }

    let id: Int64
    /// `nil`: the monitor was deleted, and its generation is kept so that no old change brings it back.
    var definition: Monitor?
    var generation: Int64
    /// When it was created, or enabled again.
    var watchedSince: Int64
    /// From when on a region without a fresh vote is given the limit to cast one: the newest edit, or later pulses.
    var graceFrom: Int64
    var confirmed = Confirmed.none
    /// Since when `confirmed` holds.
    var confirmedSince: Int64
    var shown = State.new
    var since: Int64
    var degraded = false
    /// By name.
    var regions: [RegionState] = []
    var incident: Incident?
    /// No incident may start before this: where the last one ended, or watching began.
    var floor: Int64
    /// From where a push monitor's deadline runs; `nil`: no gateway pulses, or no push monitor.
    var pushBase: Int64?
    /// The verdicts of the whole and the spans made of them.
    var span = SpanTrack()
    /// What regions saw that the definition no longer names.
    var formerSight: [Range<Int64>] = []
    /// When fewer regions voted than a numeric quorum asks for.
    var shortages: [Range<Int64>] = []
    /// Since when that is so now; `nil`: it is not.
    var shortFrom: Int64?
    /// Whether verdicts or sight changed since the spans were written; never between two steps.
    var mustWriteSpans = false

    /// A monitor of which only the definition is known.
    init(_ definition: Monitor, at time: Int64, now: Int64) {
        self.id = definition.id
        self.definition = definition
        self.generation = definition.generation
        self.watchedSince = time
        self.graceFrom = max(time, now)
        self.confirmedSince = time
        self.since = time
        self.floor = time
    }

    /// The share that the monitor belongs to.
    var share: Int { Partitioning.share(of: self.id) }

    /// When the next push counts as missed, Unix ms.
    var pushDue: Int64? {
        guard let definition = self.definition, definition.enabled, case .push(let push) = definition.check,
            let base = self.pushBase
        else { return nil }
        return base + definition.interval + push.grace
    }

    /// When the next reminder is due, by the partition's time.
    var nextReminder: Int64? {
        guard let incident = self.incident, incident.acknowledgedAt == nil,
            let interval = self.definition?.reminderInterval
        else { return nil }
        return incident.confirmedAt + Int64(incident.reminders + 1) * interval
    }

    /// The regions that are expected to vote, with their pulses.
    func expected(_ share: ShareState) -> [ShareState.Watch] {
        guard let definition = self.definition else { return [] }
        return share.regions.filter { watch in
            guard watch.goesOn else { return false }
            if case .push = definition.check { return watch.region == Pulse.pushRegion }
            guard watch.region != Pulse.pushRegion else { return false }
            return definition.regions?.contains(watch.region) ?? true
        }
    }

    /// The document of the status as of the last step; `nil` for a deleted monitor.
    package var status: MonitorStatus? {
        guard let definition = self.definition else { return nil }
        return MonitorStatus(
            definition: definition,
            state: self.shown,
            since: self.since,
            degraded: self.degraded,
            regions: self.regions.map(RegionStatus.init),
            incident: self.incident,
            unknownFrom: self.unknownFrom
        )
    }

    /// From when on a reader must show `unknown` unless something newer came; `nil`: the state does not age.
    package var unknownFrom: Int64? {
        guard let definition = self.definition else { return nil }
        switch self.shown {
        case .unknown, .paused: return nil
        case .new, .up, .pending, .down, .recovering:
            let newest = self.regions.compactMap(\.knownSlot).max()
            return max(newest ?? self.watchedSince, self.watchedSince) + definition.limit + 1
        }
    }
}

extension RegionStatus {
    fileprivate init(_ region: RegionState) {
        self.init(
            region: region.name,
            verdict: region.verdict,
            outcome: region.outcome,
            reason: region.reason,
            code: region.code,
            detail: region.detail,
            latency: region.latency,
            slot: region.slot,
            attempt: region.attempt,
            certificateExpiresAt: region.certificateExpiresAt
        )
    }
}
