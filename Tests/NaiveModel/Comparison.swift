import Events

/// Runs the model and `step` over the same records and finds where they part.
package enum Comparison {
    /// Where they parted: after which record, and how.
    package struct Difference: CustomStringConvertible {
        /// The place of the record in the sequence.
        package var index: Int
        /// What is said by `step` and what by the model.
        package var text: String
        /// Both in one line.
        package var description: String { "after record \(self.index): \(self.text)" }
    }

    /// The first difference, or `nil` if they agree to the end.
    package static func difference(_ entries: [RandomRecords.Entry]) -> Difference? {
        var state = PartitionState(partition: 0, count: 1)
        var model = NaiveModel()
        var incidents: [Int64: [Incident]] = [:]
        var timelines: [String: NaiveTimeline] = [:]
        var effects: [Effect] = []
        for (index, entry) in (entries + Self.silence(after: entries)).enumerated() {
            effects.removeAll(keepingCapacity: true)
            state.step(entry.record, timestamp: entry.timestamp, &effects)
            let judgements = model.step(entry.record, timestamp: entry.timestamp)
            for effect in effects {
                switch effect {
                case .opened(let incident): incidents[incident.monitor, default: []].append(incident)
                case .resolved(let incident):
                    guard let last = incidents[incident.monitor]?.lastIndex(where: { $0.id == incident.id }) else {
                        return Difference(index: index, text: "resolved \(incident), which was never opened")
                    }
                    incidents[incident.monitor]?[last] = incident
                case .defined(let monitor, nil):
                    timelines = timelines.filter { !$0.key.hasPrefix("\(monitor) ") }
                case .span(let span):
                    timelines["\(span.monitor) \(span.region)", default: NaiveTimeline()].set(span.from, span.state)
                default: break
                }
            }
            let text =
                Self.judgements(entry.record, effects, judgements) ?? Self.time(state, model)
                ?? Self.monitors(state, model, incidents)
            if let text { return Difference(index: index, text: text) }
        }
        return Self.spans(model, timelines).map { Difference(index: entries.count, text: $0) }
    }

    /// A pulse so much later that nobody sees anything any more.
    private static func silence(after entries: [RandomRecords.Entry]) -> [RandomRecords.Entry] {
        let time = (entries.last?.timestamp ?? 0) + 10_000_000
        let pulse = Pulse(region: Pulse.pushRegion, share: 0, time: time, pinger: "g")
        return [RandomRecords.Entry(.pulse(pulse), timestamp: time)]
    }

    private static func spans(_ model: NaiveModel, _ timelines: [String: NaiveTimeline]) -> String? {
        for (id, monitor) in model.monitors.sorted(by: { $0.key < $1.key }) where monitor.definition != nil {
            for region in [""] + monitor.regions.keys.sorted() {
                let step = (timelines["\(id) \(region)"] ?? NaiveTimeline()).plain.map { "\($0.from) \($0.state)" }
                let other = monitor.timeline(region).plain.map { "\($0.from) \($0.state)" }
                if step != other { return "spans of \(id) \(region): step \(step), model \(other)" }
            }
        }
        return nil
    }

    private static func time(_ state: PartitionState, _ model: NaiveModel) -> String? {
        state.time == model.time ? nil : "time: step \(state.time), model \(model.time)"
    }

    private static func judgements(_ record: Record, _ effects: [Effect], _ model: [Judgement]) -> String? {
        let step: [String] = effects.compactMap {
            switch $0 {
            case .judged(let disposition):
                if case .result(let result) = record { return Self.line(result, disposition) }
                return "\(disposition)"
            case .derived(let result, let disposition): return Self.line(result, disposition)
            default: return nil
            }
        }
        let theirs = model.map { judgement in
            if case .push = record, !judgement.disposition.isHistory || judgement.disposition == .staleGeneration {
                return "\(judgement.disposition)"
            }
            return Self.line(judgement.result, judgement.disposition)
        }
        return step.sorted() == theirs.sorted() ? nil : "judged: step \(step), model \(theirs)"
    }

    private static func line(_ result: CheckResult, _ disposition: Disposition) -> String {
        "\(result.monitor) \(result.region) \(result.slot)/\(result.attempt) \(result.outcome) \(disposition)"
    }

    private static func monitors(
        _ state: PartitionState,
        _ model: NaiveModel,
        _ incidents: [Int64: [Incident]]
    ) -> String? {
        for (id, naive) in model.monitors.sorted(by: { $0.key < $1.key }) {
            let opened = (incidents[id] ?? []).map(Self.line)
            let expected = naive.incidents.map(Self.line)
            if opened != expected { return "incidents of \(id): step \(opened), model \(expected)" }
            let status = state.status(of: id)
            guard (status == nil) == (naive.definition == nil) else {
                return "existence of \(id): step \(status != nil)"
            }
            guard let status else { continue }
            let step = "\(status.state) since \(status.since) degraded \(status.degraded)"
            let other = "\(naive.state) since \(naive.since ?? status.since) degraded \(naive.degraded)"
            if step != other { return "state of \(id): step \(step), model \(other)" }
            let regions = status.regions.map {
                "\($0.region) \($0.verdict.map { "\($0)" } ?? "-") \($0.outcome) \($0.slot)/\($0.attempt)"
            }
            let others: [String] = naive.regions.sorted(by: { $0.key < $1.key }).compactMap { name, region in
                guard let last = region.last else { return nil }
                let verdict = region.tally.verdict.map { "\($0)" } ?? "-"
                return "\(name) \(verdict) \(last.outcome) \(last.result.slot)/\(last.result.attempt)"
            }
            if regions != others { return "regions of \(id): step \(regions), model \(others)" }
        }
        return nil
    }

    private static func line(_ incident: Incident) -> String {
        Self.line(
            NaiveMonitor.Incident(
                startedAt: incident.startedAt,
                confirmedAt: incident.confirmedAt,
                endedAt: incident.endedAt,
                resolution: incident.resolution,
                reason: incident.reason,
                regions: incident.regions
            )
        )
    }

    private static func line(_ incident: NaiveMonitor.Incident) -> String {
        let end = incident.endedAt.map { "\($0)" } ?? "-"
        let resolution = incident.resolution.map { "\($0)" } ?? "open"
        let reason = incident.reason.map { "\($0)" } ?? "-"
        let times = "\(incident.startedAt) \(incident.confirmedAt) \(end)"
        return "\(times) \(resolution) \(reason) \(incident.regions)"
    }

    /// The smallest sequence found by leaving records out of `entries` in which they still part.
    package static func shrink(_ entries: [RandomRecords.Entry]) -> [RandomRecords.Entry] {
        var entries = entries
        if let difference = self.difference(entries) { entries = Array(entries.prefix(difference.index + 1)) }
        var size = max(1, entries.count / 2)
        while true {
            var start = 0
            var shrank = false
            while start < entries.count {
                var fewer = entries
                fewer.removeSubrange(start..<min(start + size, entries.count))
                if self.difference(fewer) != nil {
                    entries = fewer
                    shrank = true
                } else {
                    start += size
                }
            }
            if size == 1, !shrank { return entries }
            size = max(1, size / 2)
        }
    }

    /// A sequence with its difference, readable; times are seconds after the first record's.
    package static func report(_ entries: [RandomRecords.Entry]) -> String {
        let lines = entries.enumerated().map { "\($0): @\($1.timestamp) \(Self.line($1.record))" }
        let difference = self.difference(entries).map { "\($0)" } ?? "no difference"
        return (lines + [difference]).joined(separator: "\n")
    }

    private static func line(_ record: Record) -> String {
        switch record {
        case .result(let result):
            let reason = result.reason.map { "\($0)" } ?? ""
            return "result \(result.monitor) \(result.region) \(result.slot)/\(result.attempt) \(result.outcome) "
                + "\(reason) generation \(result.generation)"
        case .pulse(let pulse): return "pulse \(pulse.region) share \(pulse.share) \(pulse.time) \(pulse.canary)"
        case .change(.defined(let monitor)):
            let regions = monitor.regions.map { "\($0)" } ?? "all"
            return "defined \(monitor.id) \(monitor.check.type) \(monitor.target) generation \(monitor.generation) "
                + "share \(monitor.share) interval \(monitor.interval) regions \(regions) "
                + "thresholds \(monitor.failureThreshold) \(monitor.recoveryThreshold) quorum \(monitor.quorum) "
                + "enabled \(monitor.enabled) created \(monitor.createdAt) updated \(monitor.updatedAt)"
        case .change(.deleted(let monitor, let generation, let at)):
            return "deleted \(monitor) generation \(generation) at \(at)"
        case .action(let action): return "\(action.verb) \(action.monitor)"
        case .push(let push): return "push \(push.monitor) \(push.at) \(push.outcome)"
        }
    }
}
