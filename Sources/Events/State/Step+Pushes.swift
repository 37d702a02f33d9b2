/// Push monitors: nothing is probed; the log's gateway pulses are the clock of their deadlines (design §4).
extension PartitionState {
    /// A heartbeat is a result of region `push` whose slot is when it was heard.
    mutating func hear(_ push: Push, at time: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        guard let monitor = self.monitors[push.monitor] else {
            effects.append(.judged(.unknownMonitor))
            return
        }
        guard let definition = monitor.definition, case .push = definition.check else {
            effects.append(.judged(monitor.definition == nil ? .deletedMonitor : .staleGeneration))
            return
        }
        let result = CheckResult(
            monitor: push.monitor,
            region: Pulse.pushRegion,
            slot: time,
            startedAt: time,
            outcome: push.outcome,
            detail: push.detail,
            timings: Timings(total: push.latency.map { Int64(($0 * 1_000).rounded()) }),
            pinger: push.gateway,
            generation: definition.generation
        )
        if let base = monitor.pushBase, definition.enabled {
            self.monitors[push.monitor]?.pushBase = max(base, time)
            self.dirtyMonitors.insert(push.monitor)
        }
        effects.append(.derived(result, self.judge(result, cause, &effects)))
    }

    /// Gateways hear again: the deadline starts again in full, but neither before the definition nor before a push
    /// that was heard meanwhile, since after an outage the pulses may come late.
    mutating func restartPush(_ id: Int64, from time: Int64) {
        guard let monitor = self.monitors[id], let definition = monitor.definition, definition.enabled,
            case .push = definition.check
        else { return }
        let heard = monitor.regions.first { $0.name == Pulse.pushRegion }?.slot ?? 0
        self.monitors[id]?.pushBase = max(time, monitor.graceFrom, heard)
        self.dirtyMonitors.insert(id)
        if let due = self.monitors[id]?.pushDue { self.pushDeadlines.schedule(id, at: due) }
    }

    /// Counts the pushes that were due by a gateway pulse's time and did not come, one each interval.
    mutating func missPushes(through time: Int64, _ cause: Cause, _ effects: inout [Effect]) {
        for id in self.pushDeadlines.take(through: time).sorted() {
            while let monitor = self.monitors[id], let definition = monitor.definition, let due = monitor.pushDue {
                guard due <= time else {
                    self.pushDeadlines.schedule(id, at: due)
                    break
                }
                let result = CheckResult(
                    monitor: id,
                    region: Pulse.pushRegion,
                    slot: due,
                    startedAt: due,
                    outcome: .down,
                    reason: .missed,
                    detail: "no push within \(definition.interval / 1_000) s and the grace",
                    pinger: Pulse.pushRegion,
                    generation: definition.generation
                )
                self.monitors[id]?.pushBase = (monitor.pushBase ?? due) + definition.interval
                effects.append(.derived(result, self.judge(result, cause, &effects)))
            }
        }
    }
}
