/// The spans of a monitor: the whole is known where some region sees it and enough regions vote to judge it.
extension MonitorState {
    /// How many stretches of sight are kept, so that a correction can tell what lies between them.
    private static let stretches = 64
    /// How far back a correction reaches at least, ms.
    private static let horizon: Int64 = 86_400_000

    /// Ends the sight of regions that do not watch any more, by their pulses or since their newest known slot is
    /// further than the limit behind `now`; the next slot fills it in again if it is within the monitor's reach.
    mutating func endStaleSight(
        _ definition: Monitor,
        _ share: ShareState,
        now: Int64,
        _ effects: inout [Effect]
    ) {
        for index in self.regions.indices where self.regions[index].sight.isOpen {
            let isWatched = share.watch(self.regions[index].name)?.goesOn ?? false
            guard !isWatched || !self.regions[index].isFresh(now, limit: definition.limit) else { continue }
            self.regions[index].sight.isOpen = false
            self.writeRegion(index, &effects)
        }
    }

    /// Notes whether fewer regions vote than a numeric quorum asks for: what they see then judges nothing.
    mutating func note(isShort: Bool, now: Int64) {
        guard isShort != (self.shortFrom != nil) else { return }
        self.endShortage(at: now)
        if isShort { self.shortFrom = now }
        self.mustWriteSpans = true
    }

    private mutating func endShortage(at time: Int64) {
        if let from = self.shortFrom, from < time { self.shortages.append(from..<time) }
        self.shortFrom = nil
    }

    /// Pauses, or begins anew: nothing that was seen before goes on.
    mutating func turnSpans(to state: SpanState, at time: Int64, now: Int64, _ effects: inout [Effect]) {
        for index in self.regions.indices {
            _ = self.regions[index].sight.cut(at: time)
            self.regions[index].mark(time, state)
            self.writeRegion(index, &effects)
        }
        self.endShortage(at: time)
        self.span.set(time, state)
        self.writeSpans(now: now, &effects)
    }

    /// Writes what is new of a region's spans.
    mutating func writeRegion(_ index: Int, _ effects: inout [Effect]) {
        let region = self.regions[index]
        self.regions[index].span.write(seen: region.sight.ranges, of: self.id, region: region.name, &effects)
        self.mustWriteSpans = true
    }

    /// Writes what is new of the whole's spans, and lets go of what no correction reaches any more.
    mutating func writeSpans(now: Int64, _ effects: inout [Effect]) {
        self.mustWriteSpans = false
        self.span.write(seen: self.seen, of: self.id, region: "", &effects)
        self.settle(now: now)
    }

    /// When some region saw and enough voted, in the order of the starts.
    var seen: [Range<Int64>] {
        var seen = (self.formerSight + self.regions.flatMap(\.sight.ranges)).sorted { $0.lowerBound < $1.lowerBound }
        for shortage in self.shortages + (self.shortFrom.map { [$0..<Int64.max] } ?? []) {
            seen = seen.flatMap { range in
                [
                    range.clamped(to: Int64.min..<shortage.lowerBound),
                    range.clamped(to: shortage.upperBound..<Int64.max),
                ]
                .filter { !$0.isEmpty }
            }
        }
        return seen.sorted { $0.lowerBound < $1.lowerBound }
    }

    private mutating func settle(now: Int64) {
        guard let definition = self.definition else { return }
        let thresholds = Int64(definition.failureThreshold + definition.recoveryThreshold)
        var time = now - max(Self.horizon, thresholds * definition.limit)
        func keep(_ starts: [Int64]) {
            if starts.count > Self.stretches { time = max(time, starts[starts.count - Self.stretches]) }
        }
        keep(self.span.verdicts.map(\.from))
        keep(self.shortages.map(\.lowerBound))
        keep(self.formerSight.map(\.lowerBound))
        for region in self.regions {
            keep(region.span.verdicts.map(\.from))
            keep(region.sight.stretches.map(\.lowerBound))
        }
        self.formerSight.removeAll { $0.upperBound <= time }
        self.shortages.removeAll { $0.upperBound <= time }
        for index in self.regions.indices {
            self.regions[index].sight.forget(before: time)
            self.regions[index].span.settle(before: time, seen: self.regions[index].sight.ranges)
        }
        self.span.settle(before: time, seen: self.seen)
    }
}
