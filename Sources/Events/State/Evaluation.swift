/// The verdict of the whole monitor from its regions' votes.
extension MonitorState {
    /// Counts the votes at `now`, the partition's time, and appends what follows; returns when time alone may change
    /// the outcome, `Int64.max` for never.
    mutating func evaluate(_ share: ShareState, now: Int64, cause: Cause, _ effects: inout [Effect]) -> Int64 {
        guard let definition = self.definition, definition.enabled else { return self.tombstoneDeadline }
        let tally = Tally(self, definition, share, now: now)
        let before = self.shown
        let needed = definition.quorum.needed(of: tally.voters)
        if let needed {
            if tally.bad >= needed {
                self.confirmDown(tally, needed, now, cause, &effects)
            } else if tally.good {
                self.confirmUp(tally, now, cause, &effects)
            }
        } else if self.confirmed != .none || now >= self.graceFrom + definition.limit {
            self.lose(definition, now, &effects)
        }
        self.trackSight(definition, tally, now, &effects)
        self.show(tally, needed ?? Int.max)
        if self.shown != before {
            let transition = Transition(monitor: self.id, from: before, to: self.shown, at: now, since: self.since)
            effects.append(.changed(transition))
        }
        var deadline = tally.deadline
        if self.confirmed == .none, now < self.graceFrom + definition.limit {
            deadline = min(deadline, self.graceFrom + definition.limit)
        }
        self.remind(now, &effects)
        return min(deadline, self.nextReminder ?? Int64.max)
    }

    private mutating func confirmDown(
        _ tally: Tally,
        _ needed: Int,
        _ now: Int64,
        _ cause: Cause,
        _ effects: inout [Effect]
    ) {
        guard self.confirmed != .down else { return }
        var from = max(tally.badStarts.sorted()[needed - 1], self.floor)
        let opens = self.incident == nil
        if opens {
            let worst =
                self.regions.first { $0.name == cause.region && $0.outcome == .down }
                ?? self.regions.filter { tally.badRegions.contains($0.name) && $0.outcome == .down }
                .max { $0.slot < $1.slot }
            self.incident = Incident(
                id: IncidentID.make(cause.identity(of: self.id)),
                monitor: self.id,
                startedAt: from,
                confirmedAt: max(now, from),
                reason: worst?.reason,
                detail: worst?.detail,
                regions: tally.badRegions,
                reminders: 0
            )
        } else if self.span.state == .unknown {
            from = self.span.from
        }
        self.confirmed = .down
        self.turn(to: .down, from: from, tally, &effects)
        self.confirmedSince = self.span.from
        if opens, let incident = self.incident { effects.append(.opened(incident)) }
    }

    private mutating func confirmUp(_ tally: Tally, _ now: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        guard self.confirmed != .up else { return }
        var from = self.span.state == .unknown ? self.span.from : now
        if let incident = self.incident {
            let recovered = self.regions.first { $0.name == cause.region && $0.verdict == .good && $0.successes > 0 }
            // A region that was GOOD all the time and only now votes again proves nothing of the time before.
            let starts = recovered.map { [$0.verdictFrom, $0.sightFrom] } ?? []
            from = starts.first { $0 > incident.startedAt } ?? max(now, incident.startedAt)
        }
        self.confirmed = .up
        self.turn(to: .up, from: from, tally, &effects)
        self.confirmedSince = self.incident == nil ? self.span.from : from
        self.close(.recovered, at: from, &effects)
    }

    /// Closes the open incident, if there is one, and takes its reminders off.
    mutating func close(_ resolution: Incident.Resolution, at time: Int64, _ effects: inout [Effect]) {
        guard var incident = self.incident else { return }
        incident.endedAt = max(time, incident.startedAt)
        incident.resolution = resolution
        self.incident = nil
        self.floor = max(time, incident.startedAt)
        effects.append(.resolved(incident))
    }

    private mutating func lose(_ definition: Monitor, _ now: Int64, _ effects: inout [Effect]) {
        guard self.confirmed != .unknown else { return }
        self.confirmed = .unknown
        let from = self.sightLost(definition, now)
        if self.span.state != .unknown {
            self.span.turn(to: .unknown, from: from, sight: from, of: self.id, region: "", &effects)
        }
        self.confirmedSince = self.span.from
    }

    /// Where the last region's sight ended, not before the present span began and not after `now`.
    private func sightLost(_ definition: Monitor, _ now: Int64) -> Int64 {
        let end = self.regions.compactMap { $0.sightEnd(interval: definition.interval) }.max() ?? self.watchedSince
        return max(min(end, now), self.span.from)
    }

    private mutating func turn(to state: SpanState, from: Int64, _ tally: Tally, _ effects: inout [Effect]) {
        guard tally.sight != nil else { return }
        let sight = tally.sight ?? from
        self.span.turn(to: state, from: from, sight: sight, of: self.id, region: "", &effects)
    }

    /// Keeps the spans of the whole and of the regions true to who sees: a region's slot counts until the limit.
    private mutating func trackSight(_ definition: Monitor, _ tally: Tally, _ now: Int64, _ effects: inout [Effect]) {
        for index in self.regions.indices where self.regions[index].span.state != .unknown {
            let region = self.regions[index]
            guard !region.isFresh(now, limit: definition.limit) else { continue }
            let end = max(min(region.sightEnd(interval: definition.interval) ?? now, now), region.span.from)
            self.regions[index].span.turn(
                to: .unknown,
                from: end,
                sight: end,
                of: self.id,
                region: region.name,
                &effects
            )
        }
        guard self.confirmed == .up || self.confirmed == .down else { return }
        if tally.sight == nil, self.span.state != .unknown {
            let from = self.sightLost(definition, now)
            self.span.turn(to: .unknown, from: from, sight: from, of: self.id, region: "", &effects)
        } else if tally.sight != nil, self.span.state == .unknown {
            self.turn(to: self.confirmed == .up ? .up : .down, from: self.span.from, tally, &effects)
        }
    }

    private mutating func show(_ tally: Tally, _ needed: Int) {
        self.degraded = false
        switch self.confirmed {
        case .none:
            self.shown = tally.failingFrom == nil ? .new : .pending
            self.since = tally.failingFrom ?? self.confirmedSince
        case .up:
            self.degraded = tally.degraded
            self.shown = tally.failingFrom == nil ? .up : .pending
            self.since = tally.failingFrom ?? self.confirmedSince
        case .down:
            let recovers = tally.bad >= needed && tally.bad - tally.recovering < needed
            self.shown = recovers ? .recovering : .down
            self.since = self.incident?.startedAt ?? self.confirmedSince
            if recovers { self.since = tally.recoveringFrom ?? self.since }
        case .unknown:
            self.shown = .unknown
            self.since = self.confirmedSince
        }
    }

    /// Reminders run by the partition's time; what fell due while nobody saw is skipped.
    private mutating func remind(_ now: Int64, _ effects: inout [Effect]) {
        guard let due = self.nextReminder, due <= now, let interval = self.definition?.reminderInterval,
            var incident = self.incident
        else { return }
        incident.reminders = Int((now - incident.confirmedAt) / interval)
        self.incident = incident
        if self.confirmed == .down { effects.append(.reminded(incident, number: incident.reminders)) }
    }
}
