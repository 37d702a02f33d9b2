package import Events

/// The state machine written a second time, from the design alone, as slowly and plainly as possible.
///
/// It keeps whole histories and judges every monitor anew after every record. One value follows one partition; use it
/// from one thread at a time.
package struct NaiveModel {
    /// The partition's time, Unix ms.
    package private(set) var time: Int64 = 0
    /// Every monitor ever defined.
    package private(set) var monitors: [Int64: NaiveMonitor] = [:]
    var watches: [Place: NaiveWatch] = [:]

    struct Place: Hashable {
        var share: Int
        var region: String
    }

    /// A model that has heard nothing.
    package init() {}

    /// Hears a record; returns what became of results, the published one and those that the log implies.
    package mutating func step(_ record: Record, timestamp: Int64) -> [Judgement] {
        var judgements: [Judgement] = []
        if let moment = Self.moment(of: record) { self.time = max(self.time, min(moment, timestamp)) }
        for place in self.watches.keys where !self.isWatching(place) { self.watches[place]?.isBroken = true }
        self.evaluateAll(nil)
        switch record {
        case .pulse(let pulse):
            self.hear(pulse, at: min(pulse.time, timestamp))
            self.evaluateAll(nil)
            if pulse.region == Pulse.pushRegion { judgements = self.missed(through: min(pulse.time, timestamp)) }
        case .result(let result): judgements.append(Judgement(result, self.judge(result)))
        case .change(let change): self.apply(change, timestamp: timestamp)
        case .action: break
        case .push(let push): judgements.append(self.hear(push, at: min(push.at, timestamp)))
        }
        self.evaluateAll(nil)
        return judgements
    }

    /// The instant that a record speaks of, if it drives the partition's time.
    private static func moment(of record: Record) -> Int64? {
        switch record {
        case .result(let result): result.slot
        case .pulse(let pulse): pulse.time
        case .push, .change, .action: nil
        }
    }
}

/// What became of one result.
package struct Judgement: Hashable, Sendable {
    /// The result.
    package var result: CheckResult
    /// Its fate.
    package var disposition: Disposition

    init(_ result: CheckResult, _ disposition: Disposition) {
        self.result = result
        self.disposition = disposition
    }
}

// MARK: - Who watches

extension NaiveModel {
    private mutating func hear(_ pulse: Pulse, at time: Int64) {
        let place = self.place(pulse.region, share: pulse.share)
        guard let watch = self.watches[place] else {
            self.watches[place] = NaiveWatch(began: time, newest: time, isBlind: pulse.canary == .blind)
            return
        }
        guard time >= watch.newest else { return }
        let isNewRow = watch.isBroken || time - watch.newest > Pulse.silence
        self.watches[place] = NaiveWatch(
            began: isNewRow ? time : watch.began,
            newest: time,
            isBlind: pulse.canary == .blind
        )
    }

    /// Gateways speak for every share of their partition.
    private func place(_ region: String, share: Int) -> Place {
        Place(share: region == Pulse.pushRegion ? -1 : share, region: region)
    }

    private func isWatching(_ place: Place) -> Bool {
        guard let watch = self.watches[place] else { return false }
        return self.time - watch.newest <= Pulse.silence
    }

    /// The monitor's regions whose pulses for its share go on.
    func expected(_ monitor: Monitor) -> [String: NaiveWatch] {
        var expected: [String: NaiveWatch] = [:]
        for (place, watch) in self.watches where self.isWatching(place) {
            if case .push = monitor.check {
                if place.region == Pulse.pushRegion { expected[place.region] = watch }
            } else if place.region != Pulse.pushRegion, place.share == monitor.share,
                monitor.regions?.contains(place.region) ?? true
            {
                expected[place.region] = watch
            }
        }
        return expected
    }
}

// MARK: - What is heard of monitors

extension NaiveModel {
    private mutating func judge(_ result: CheckResult) -> Disposition {
        guard let monitor = self.monitors[result.monitor] else { return .unknownMonitor }
        guard let definition = monitor.definition else { return .deletedMonitor }
        guard result.generation == definition.generation else { return .staleGeneration }
        guard definition.enabled else { return .paused }
        if let disposition = monitor.regions[result.region]?.disposition(of: result) { return disposition }
        let nothingAnswered = [.dns, .timeout, .unreachable].contains(result.reason)
        let place = self.place(result.region, share: definition.share)
        let isBlind = self.isWatching(place) && self.watches[place]?.isBlind == true
        let isAnnulled = isBlind && nothingAnswered && result.outcome == .down
        let seen = NaiveRegion.Seen(
            result,
            isAnnulled ? .unknown : result.outcome,
            definition,
            watchedSince: monitor.startedAt
        )
        self.monitors[result.monitor]?.regions[result.region, default: NaiveRegion()].entries.append(.seen(seen))
        if let definition = self.monitors[result.monitor]?.definition {
            let expected = self.expected(definition)
            self.monitors[result.monitor]?.evaluate(at: self.time, expected: expected, news: result.region)
        }
        return isAnnulled ? .annulled : .fresh
    }

    private mutating func apply(_ change: Change, timestamp: Int64) {
        var monitor = self.monitors[change.monitor] ?? NaiveMonitor()
        guard change.generation > monitor.generation else { return }
        monitor.generation = change.generation
        switch change {
        case .defined(let new):
            monitor.define(new, at: min(new.updatedAt, timestamp), now: self.time)
        case .deleted(_, _, let at):
            guard monitor.definition != nil else { return }
            monitor.delete(min(at, timestamp))
        }
        self.monitors[change.monitor] = monitor
    }

    private mutating func hear(_ push: Push, at time: Int64) -> Judgement {
        let definition = self.monitors[push.monitor]?.definition
        let result = Self.derived(push.monitor, definition, time, push.outcome)
        if let definition, definition.check.type != "push" { return Judgement(result, .staleGeneration) }
        let newest = max(self.monitors[push.monitor]?.newestPush ?? 0, time)
        self.monitors[push.monitor]?.newestPush = newest
        return Judgement(result, self.judge(result))
    }

    private static func derived(
        _ id: Int64,
        _ definition: Monitor?,
        _ slot: Int64,
        _ outcome: Outcome,
        reason: Reason? = nil
    ) -> CheckResult {
        CheckResult(
            monitor: id,
            region: Pulse.pushRegion,
            slot: slot,
            startedAt: slot,
            outcome: outcome,
            reason: reason,
            pinger: Pulse.pushRegion,
            generation: definition?.generation ?? 0
        )
    }

    /// The pushes that did not come by a gateway pulse's time although they would have been heard.
    private mutating func missed(through time: Int64) -> [Judgement] {
        var judgements: [Judgement] = []
        for id in self.monitors.keys.sorted() {
            while let monitor = self.monitors[id], let definition = monitor.definition, definition.enabled,
                case .push(let settings) = definition.check,
                let watch = self.expected(definition)[Pulse.pushRegion]
            {
                let restart = max(monitor.newestPush, watch.began, monitor.editedAt)
                let missed = monitor.newestMissed.map { $0 + definition.interval } ?? 0
                let deadline = max(restart + definition.interval + settings.grace, missed)
                guard deadline <= time else { break }
                self.monitors[id]?.newestMissed = deadline
                let result = Self.derived(id, definition, deadline, .down, reason: .missed)
                judgements.append(Judgement(result, self.judge(result)))
                self.evaluateAll(Pulse.pushRegion)
            }
        }
        return judgements
    }

    private mutating func evaluateAll(_ region: String?) {
        for (id, monitor) in self.monitors {
            guard let definition = monitor.definition, definition.enabled else { continue }
            let expected = self.expected(definition)
            self.monitors[id]?.evaluate(at: self.time, expected: expected, news: region)
        }
    }
}
