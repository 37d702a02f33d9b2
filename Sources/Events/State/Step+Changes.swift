/// What people do: definitions, deletions, acknowledgements.
extension PartitionState {
    /// A definition: only a newer generation says anything, but for "check now", which raises none.
    mutating func define(_ new: Monitor, at time: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        guard let share = self.index(ofShare: new.share) else { return }
        guard var monitor = self.monitors[new.id], let old = monitor.definition else {
            if let tombstone = self.monitors[new.id], tombstone.generation >= new.generation { return }
            self.create(new, at: time, share, cause, &effects)
            return
        }
        guard new.generation > monitor.generation else {
            if new.generation == monitor.generation, new.checkRequestedAt != old.checkRequestedAt {
                self.monitors[new.id]?.definition?.checkRequestedAt = new.checkRequestedAt
                self.dirtyMonitors.insert(new.id)
            }
            return
        }
        effects.append(.defined(monitor: new.id, new))
        monitor.generation = new.generation
        monitor.definition = new
        monitor.graceFrom = max(time, self.time)
        if old.enabled != new.enabled {
            monitor.turn(enabled: new.enabled, at: max(time, monitor.floor), now: self.time, &effects)
        }
        if new.isAnotherTarget(than: old) {
            for index in monitor.regions.indices { monitor.regions[index].forget() }
        }
        if let regions = new.regions, old.regions != new.regions, new.check.type != "push" {
            monitor.drop(regions: { !regions.contains($0) }, at: max(time, self.time), &effects)
        }
        if new.check.type != "push" || !new.enabled {
            monitor.pushBase = nil
        } else if self.shares[share].watch(Pulse.pushRegion)?.goesOn == true {
            monitor.pushBase = max(monitor.pushBase ?? time, max(time, self.time))
        }
        self.monitors[new.id] = monitor
        self.evaluate(new.id, cause, &effects)
    }

    private mutating func create(
        _ new: Monitor,
        at time: Int64,
        _ share: Int,
        _ cause: Cause,
        _ effects: inout [Effect]
    ) {
        var monitor = MonitorState(new, at: time, now: self.time)
        effects.append(.defined(monitor: new.id, new))
        if new.enabled {
            monitor.turnSpans(to: .unknown, at: time, now: self.time, &effects)
        } else {
            monitor.turn(enabled: false, at: time, now: self.time, &effects)
        }
        if case .push = new.check, new.enabled, self.shares[share].watch(Pulse.pushRegion)?.goesOn == true {
            monitor.pushBase = max(time, self.time)
        }
        self.monitors[new.id] = monitor
        self.evaluate(new.id, cause, &effects)
    }

    mutating func delete(_ id: Int64, _ generation: Int64, at time: Int64, _ effects: inout [Effect]) {
        guard var monitor = self.monitors[id], monitor.definition != nil, generation > monitor.generation else {
            return
        }
        monitor.close(.deleted, at: time, &effects)
        var tombstone = MonitorState(tombstone: id, generation: generation, at: max(time, self.time))
        tombstone.floor = monitor.floor
        self.monitors[id] = tombstone
        effects.append(.defined(monitor: id, nil))
        self.deadlines.schedule(id, at: tombstone.tombstoneEnd ?? Int64.max)
        self.touch(id, &effects)
    }

    /// An acknowledgement stops reminders; all actions are handed on to those who show them.
    mutating func act(_ action: Action, _ effects: inout [Effect]) {
        guard let monitor = self.monitors[action.monitor], monitor.definition != nil else { return }
        guard let incident = action.incident ?? monitor.incident?.id else { return }
        effects.append(.acted(incident: incident, action))
        guard action.verb == .acknowledge, let open = monitor.incident, open.id == incident,
            open.acknowledgedAt == nil
        else { return }
        self.monitors[action.monitor]?.incident?.acknowledgedAt = action.at
        self.touch(action.monitor, &effects)
    }
}

extension MonitorState {
    /// What is left of a deleted monitor until no old record of it can be in the log any more.
    init(tombstone id: Int64, generation: Int64, at time: Int64) {
        self.init(Monitor(id: id, name: "", target: "", check: .tcp(.init()), createdAt: time), at: time, now: time)
        self.definition = nil
        self.generation = generation
    }

    /// When a deleted monitor is forgotten: after the log's retention of 7 days.
    var tombstoneEnd: Int64? {
        guard case .none = self.definition else { return nil }
        return self.watchedSince + 7 * 86_400_000
    }

    /// When time alone changes a monitor that is not watched.
    var tombstoneDeadline: Int64 { self.tombstoneEnd ?? Int64.max }

    /// Pausing closes the incident and forgets everything but the watermarks; enabling starts anew.
    mutating func turn(enabled: Bool, at time: Int64, now: Int64, _ effects: inout [Effect]) {
        let before = self.shown
        if !enabled { self.close(.paused, at: time, &effects) }
        for index in self.regions.indices {
            self.regions[index].forget()
            self.regions[index].knownSlot = nil
        }
        self.turnSpans(to: enabled ? .unknown : .paused, at: time, now: now, &effects)
        self.confirmed = .none
        self.watchedSince = time
        self.graceFrom = max(time, now)
        self.confirmedSince = time
        self.floor = time
        self.degraded = false
        self.shown = enabled ? .new : .paused
        self.since = time
        if before != self.shown {
            effects.append(.changed(Transition(monitor: self.id, from: before, to: self.shown, at: now, since: time)))
        }
    }

    /// Forgets regions that the definition no longer names; from there on their time is unknown.
    fileprivate mutating func drop(regions isDropped: (String) -> Bool, at time: Int64, _ effects: inout [Effect]) {
        for index in self.regions.indices where isDropped(self.regions[index].name) {
            _ = self.regions[index].sight.cut(at: time)
            self.regions[index].mark(time, .unknown)
            self.writeRegion(index, &effects)
            self.formerSight += self.regions[index].sight.stretches
        }
        self.regions.removeAll { isDropped($0.name) }
    }
}
