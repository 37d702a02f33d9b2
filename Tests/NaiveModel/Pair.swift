import Events

/// `step` and the model after the same records, and what followed from `step`'s effects.
struct Pair {
    private var state = PartitionState(partition: 0, count: 1)
    private var model = NaiveModel()
    private var incidents: [Int64: [Told]] = [:]
    private var timelines: [Track: NaiveTimeline] = [:]
    private var effects: [Effect] = []

    /// An incident as its newest effect told it.
    private struct Told {
        var id: String
        var incident: NaiveMonitor.Incident
    }

    /// What became of a result.
    private struct Fate: Hashable, CustomStringConvertible {
        var monitor: Int64
        var region: String
        var slot: Int64
        var attempt: Int
        var outcome: Outcome
        var disposition: Disposition

        init(_ result: CheckResult, _ disposition: Disposition) {
            (self.monitor, self.region, self.outcome) = (result.monitor, result.region, result.outcome)
            (self.slot, self.attempt, self.disposition) = (result.slot, result.attempt, disposition)
        }

        var description: String {
            "\(self.monitor) \(self.region) \(self.slot)/\(self.attempt) \(self.outcome) \(self.disposition)"
        }
    }

    private struct Track: Hashable {
        var monitor: Int64
        var region: String
    }

    /// What is shown of a monitor.
    fileprivate struct Shown: Equatable {
        struct Region: Equatable {
            var name: String
            var verdict: RegionState.Verdict?
            var outcome: Outcome
            var slot: Int64
            var attempt: Int
        }

        var state: State
        var since: Int64
        var isDegraded: Bool
        var regions: [Region]
    }

    /// Tells both a record; returns how they differ afterwards, but for spans.
    mutating func step(_ entry: RandomRecords.Entry) -> String? {
        self.effects.removeAll(keepingCapacity: true)
        self.state.step(entry.record, timestamp: entry.timestamp, &self.effects)
        let judgements = self.model.step(entry.record, timestamp: entry.timestamp)
        for effect in self.effects {
            switch effect {
            case .opened(let incident):
                let told = Told(id: incident.id, incident: NaiveMonitor.Incident(incident))
                self.incidents[incident.monitor, default: []].append(told)
            case .resolved(let incident):
                guard let last = self.incidents[incident.monitor]?.lastIndex(where: { $0.id == incident.id }) else {
                    return "resolved \(incident), which was never opened"
                }
                self.incidents[incident.monitor]?[last].incident = NaiveMonitor.Incident(incident)
            case .defined(let monitor, nil):
                self.timelines = self.timelines.filter { $0.key.monitor != monitor }
            case .span(let span):
                let track = Track(monitor: span.monitor, region: span.region)
                self.timelines[track, default: NaiveTimeline()].set(span.from, span.state)
            default: break
            }
        }
        if self.state.time != self.model.time { return "time: step \(self.state.time), model \(self.model.time)" }
        return self.compare(judgements, of: entry.record) ?? self.compareMonitors()
    }

    private func compare(_ model: [Judgement], of record: Record) -> String? {
        let step: [Fate] = self.effects.compactMap {
            switch $0 {
            case .judged(let disposition):
                if case .result(let result) = record { return Fate(result, disposition) }
                return model.first.map { Fate($0.result, disposition) }
            case .derived(let result, let disposition): return Fate(result, disposition)
            default: return nil
            }
        }
        let other = model.map { Fate($0.result, $0.disposition) }
        if step.count == other.count, Set(step) == Set(other) { return nil }
        return "judged: step \(step), model \(other)"
    }

    private func compareMonitors() -> String? {
        for (id, naive) in self.model.monitors {
            let told = self.incidents[id]?.map(\.incident) ?? []
            if told != naive.incidents {
                return "incidents of \(id): step \(told.map(\.line)), model \(naive.incidents.map(\.line))"
            }
            let status = self.state.status(of: id)
            guard (status == nil) == (naive.definition == nil) else {
                return "existence of \(id): step \(status != nil)"
            }
            guard let status else { continue }
            let (step, other) = (Shown(status), Shown(naive, since: status.since))
            if step != other { return "state of \(id): step \(step), model \(other)" }
        }
        return nil
    }

    /// How the spans differ, if they do.
    func compareSpans() -> String? {
        for (id, monitor) in self.model.monitors where monitor.definition != nil {
            for region in [""] + monitor.regions.keys.sorted() {
                let step = self.timelines[Track(monitor: id, region: region)]?.plain ?? []
                let other = monitor.timeline(region).plain
                if !step.elementsEqual(other, by: ==) {
                    return "spans of \(id) \(region): step \(step), model \(other)"
                }
            }
        }
        return nil
    }
}

extension Pair.Shown {
    init(_ status: MonitorStatus) {
        (self.state, self.since, self.isDegraded) = (status.state, status.since, status.degraded)
        self.regions = status.regions.map {
            Region(name: $0.region, verdict: $0.verdict, outcome: $0.outcome, slot: $0.slot, attempt: $0.attempt)
        }
    }

    /// - Parameter since: what `step` says, for where the model leaves it to the spans.
    init(_ monitor: NaiveMonitor, since: Int64) {
        (self.state, self.since, self.isDegraded) = (monitor.state, monitor.since ?? since, monitor.degraded)
        self.regions = monitor.regions.sorted { $0.key < $1.key }.compactMap { name, region in
            guard let last = region.last else { return nil }
            return Region(
                name: name,
                verdict: region.tally.verdict,
                outcome: last.outcome,
                slot: last.result.slot,
                attempt: last.result.attempt
            )
        }
    }
}

extension NaiveMonitor.Incident {
    fileprivate init(_ incident: Incident) {
        self.init(
            startedAt: incident.startedAt,
            confirmedAt: incident.confirmedAt,
            endedAt: incident.endedAt,
            resolution: incident.resolution,
            reason: incident.reason,
            regions: incident.regions
        )
    }

    fileprivate var line: String {
        let end = self.endedAt.map { "\($0)" } ?? "-"
        let resolution = self.resolution.map { "\($0)" } ?? "open"
        let reason = self.reason.map { "\($0)" } ?? "-"
        return "\(self.startedAt) \(self.confirmedAt) \(end) \(resolution) \(reason) \(self.regions)"
    }
}
