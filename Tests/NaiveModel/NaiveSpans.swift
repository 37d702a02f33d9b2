package import Events

/// What each stretch of time counts as, without overlaps: each state holds from its instant to the next.
package struct NaiveTimeline {
    /// The first instants with their states, in order.
    package private(set) var spans: [(from: Int64, state: SpanState)] = []

    /// Everything from `from` on is `state`.
    package mutating func set(_ from: Int64, _ state: SpanState) {
        self.spans.removeAll { $0.from >= from }
        self.spans.append((from, state))
    }

    /// The same without unknown time at the start and without repetitions.
    package var plain: [(from: Int64, state: SpanState)] {
        var plain: [(from: Int64, state: SpanState)] = []
        for span in self.spans where span.state != (plain.last?.state ?? .unknown) { plain.append(span) }
        return plain
    }

    /// The state at an instant.
    func state(at time: Int64) -> SpanState { self.spans.last { $0.from <= time }?.state ?? .unknown }

    /// Since when it has been unknown without a break at its end; `nil`: it is something else there.
    var unknownSince: Int64? { self.spans.reversed().prefix { $0.state == .unknown }.last?.from }

    /// The timeline with what nobody saw as unknown, or what was seen by too few, but for pauses.
    func seen(in sights: [Range<Int64>], butFor shortages: [Range<Int64>] = []) -> NaiveTimeline {
        var seen = NaiveTimeline()
        let edges = self.spans.map(\.from) + (sights + shortages).flatMap { [$0.lowerBound, $0.upperBound] }
        for edge in Set(edges).sorted() {
            let state = self.state(at: edge)
            let isSeen = sights.contains { $0.contains(edge) } && !shortages.contains { $0.contains(edge) }
            seen.set(edge, state == .paused || isSeen ? state : .unknown)
        }
        return seen
    }
}

extension NaiveRegion {
    /// The stretches in which the region saw the target: rows of known results without a gap beyond the reach, each
    /// slot with the interval after it.
    var sights: [Range<Int64>] {
        var sights: [Range<Int64>] = []
        var start: Int64?
        var known: Seen?
        func end(_ before: Int64) {
            guard let from = start, let last = known else { return }
            let to = min(last.result.slot + last.monitor.interval, before)
            if from < to { sights.append(from..<to) }
            (start, known) = (nil, nil)
        }
        for entry in self.entries {
            switch entry {
            case .forgotten(.target, _): break
            case .forgotten(_, let at): end(at)
            case .seen(let seen):
                let slot = seen.result.slot
                guard seen.isKnown else {
                    end(slot)
                    continue
                }
                if let last = known, slot - last.result.slot > seen.monitor.reach { end(slot) }
                start = start ?? slot
                known = seen
            }
        }
        end(Int64.max)
        return sights
    }

    /// The region's spans.
    ///
    /// A region that was taken away and is named again starts afresh: what it then says replaces what was said.
    var timeline: NaiveTimeline {
        var timeline = NaiveTimeline()
        var entries: [Entry] = []
        for entry in self.entries {
            // A pause while the region is not named says nothing of it.
            if case .forgotten = entry, entries.isEmpty { continue }
            entries.append(entry)
            guard case .forgotten(.removal, _) = entry else { continue }
            NaiveRegion(entries: entries).say(&timeline)
            entries = []
        }
        NaiveRegion(entries: entries).say(&timeline)
        return timeline
    }

    private func say(_ timeline: inout NaiveTimeline) {
        let verdicts = self.verdicts
        if let first = verdicts.plain.first { timeline.set(first.from, .unknown) }
        for span in verdicts.seen(in: self.sights).plain { timeline.set(span.from, span.state) }
    }

    /// The verdicts, each from where its run began but not before the last pause, whether or not the region saw.
    private var verdicts: NaiveTimeline {
        var verdicts = NaiveTimeline()
        var before: RegionState.Verdict?
        for (index, entry) in self.entries.enumerated() {
            switch entry {
            case .forgotten(.target, _): before = nil
            case .forgotten(let reason, let at):
                verdicts.set(at, reason == .pause ? .paused : .unknown)
                before = nil
            case .seen(let seen):
                guard seen.isKnown else { continue }
                let floor = seen.watchedSince
                let tally = Self.tally(of: self.entries[...index])
                switch tally.verdict {
                case .good where before != .good: verdicts.set(max(tally.verdictStart, floor), .up)
                case .bad where before != .bad: verdicts.set(max(tally.verdictStart, floor), .down)
                case nil: verdicts.set(max(seen.result.slot, floor), .unknown)
                default: break
                }
                before = tally.verdict
            }
        }
        return verdicts
    }
}

extension NaiveMonitor {
    /// The spans of a region, or of the whole for `""`: the verdicts where a region saw and enough regions voted.
    package func timeline(_ name: String) -> NaiveTimeline {
        guard name == "" else {
            return self.regions[name]?.timeline ?? NaiveTimeline()
        }
        let shortages = self.shortages + (self.shortFrom.map { [$0..<Int64.max] } ?? [])
        return self.verdicts.seen(in: self.regions.values.flatMap(\.sights), butFor: shortages)
    }
}
