/// The verdict of the whole monitor from its regions' votes.
extension MonitorState {
    /// Counts the votes at `now`, the partition's time, and appends what follows; returns when time alone may change
    /// the outcome, `Int64.max` for never.
    mutating func evaluate(_ share: ShareState, now: Int64, cause: Cause, _ effects: inout [Effect]) -> Int64 {
        guard let definition = self.definition, definition.enabled else {
            if self.mustWriteSpans { self.writeSpans(now: now, &effects) }
            return self.tombstoneDeadline
        }
        self.endStaleSight(definition, share, now: now, &effects)
        let tally = Tally(self, definition, share, now: now)
        let before = (shown: self.shown, confirmed: self.confirmed, incident: self.incident?.id)
        let needed = definition.quorum.needed(of: tally.voters)
        if let needed {
            if tally.bad >= needed {
                self.confirmDown(tally, needed, now, cause, &effects)
            } else if tally.good {
                self.confirmUp(tally, now, cause, &effects)
            }
        } else if self.confirmed != .none || now >= self.graceFrom + definition.limit {
            self.confirmed = .unknown
            if before.confirmed != .unknown { self.turn(to: .unknown, from: now) }
        }
        self.note(isShort: needed == nil && tally.voters > 0, now: now)
        if self.mustWriteSpans { self.writeSpans(now: now, &effects) }
        if self.confirmed != before.confirmed, before.incident == nil || self.confirmed == .unknown {
            self.confirmedSince = self.spanStart(now)
        }
        self.show(tally, needed ?? Int.max)
        if self.shown != before.shown {
            effects.append(
                .changed(
                    Transition(monitor: self.id, from: before.shown, to: self.shown, at: now, since: self.since)
                )
            )
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
        self.confirmed = .down
        let from = max(tally.badStarts.sorted()[needed - 1], self.floor)
        if let incident = self.incident { return self.turn(to: .down, from: max(from, incident.startedAt)) }
        let worst =
            self.regions.first { $0.name == cause.region && $0.outcome == .down }
            ?? self.regions.filter { tally.badRegions.contains($0.name) && $0.outcome == .down }
            .max { $0.slot < $1.slot }
        let incident = Incident(
            id: IncidentID.make(cause.identity(of: self.id)),
            monitor: self.id,
            startedAt: from,
            confirmedAt: max(now, from),
            reason: worst?.reason,
            detail: worst?.detail,
            regions: tally.badRegions,
            reminders: 0
        )
        self.incident = incident
        self.turn(to: .down, from: from)
        effects.append(.opened(incident))
    }

    private mutating func confirmUp(_ tally: Tally, _ now: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        guard self.confirmed != .up else { return }
        let wasUnknown = self.confirmed == .unknown
        self.confirmed = .up
        guard let incident = self.incident else {
            let last = self.span.verdicts.last
            if wasUnknown, let last, last.state == .unknown {
                self.turn(to: .up, from: max(tally.goodFrom ?? now, last.from))
            } else if last?.state != .up {
                self.turn(to: .up, from: self.floor)
            }
            return
        }
        let recovered = self.regions.first { $0.name == cause.region && $0.verdict == .good && $0.successes > 0 }
        // A region that was GOOD all the time and only now votes again proves nothing of the time before.
        let starts = recovered.map { [$0.verdictFrom, $0.sight.stretches.last?.lowerBound ?? now] } ?? []
        let from = starts.first { $0 > incident.startedAt } ?? max(now, incident.startedAt)
        self.confirmedSince = from
        self.turn(to: .up, from: from)
        self.close(.recovered, at: from, &effects)
    }

    private mutating func turn(to state: SpanState, from: Int64) {
        self.span.set(from, state)
        self.mustWriteSpans = true
    }

    /// Where the present span began, if it says what was confirmed, else `now`.
    private func spanStart(_ now: Int64) -> Int64 {
        guard let span = self.span.written.last, span.state.rawValue == self.confirmed.rawValue else { return now }
        return span.from
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
