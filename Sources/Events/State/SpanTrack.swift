/// What the time of a monitor or of one of its regions counts as, and what was written of it.
///
/// The spans are the verdicts where somebody saw, and unknown elsewhere, but for pauses. They are drawn anew whenever
/// either changes, and written from the first instant on at which they differ from what was written before.
struct SpanTrack: Sendable, Hashable {
    /// From this instant on the state is this, until the next mark.
    struct Mark: Sendable, Hashable {
        var from: Int64
        var state: SpanState
    }

    /// The verdicts, backdated, whether or not somebody saw; no two alike in a row.
    private(set) var verdicts: [Mark] = []
    /// The spans as they were last written.
    private(set) var written: [Mark] = []

    init() {}

    /// The track that was written with these verdicts where `seen` says so.
    init(_ verdicts: [Mark], seen: [Range<Int64>]) {
        self.verdicts = verdicts
        self.written = self.spans(seen: seen)
    }

    /// The verdict from `from` on is `state`, whatever was thought before.
    mutating func set(_ from: Int64, _ state: SpanState) {
        self.verdicts.removeAll { $0.from >= from }
        if self.verdicts.last?.state != state { self.verdicts.append(Mark(from: from, state: state)) }
    }

    /// Appends the corrections that make what was written equal to the verdicts where `seen` says so.
    ///
    /// - Parameter seen: when somebody saw, in the order of the starts.
    mutating func write(seen: [Range<Int64>], of monitor: Int64, region: String, _ effects: inout [Effect]) {
        let spans = self.spans(seen: seen)
        let common = zip(spans, self.written).prefix { $0 == $1 }.count
        func write(_ from: Int64, _ state: SpanState) {
            effects.append(.span(SpanCorrection(monitor: monitor, region: region, from: from, state: state)))
        }
        if common < self.written.count, common == spans.count || self.written[common].from < spans[common].from {
            write(self.written[common].from, common > 0 ? spans[common - 1].state : .unknown)
        }
        for span in spans[common...] { write(span.from, span.state) }
        self.written = spans
    }

    /// Forgets the verdicts before `time`: what was written of that time stands.
    mutating func settle(before time: Int64, seen: [Range<Int64>]) {
        guard let current = self.verdicts.lastIndex(where: { $0.from <= time }) else { return }
        self.verdicts.removeFirst(current)
        self.verdicts[0].from = time
        self.written = self.spans(seen: seen)
    }

    private func spans(seen: [Range<Int64>]) -> [Mark] {
        var spans: [Mark] = []
        func add(_ from: Int64, _ state: SpanState) {
            if spans.last?.state != state { spans.append(Mark(from: from, state: state)) }
        }
        for (index, verdict) in self.verdicts.enumerated() {
            guard verdict.state == .up || verdict.state == .down else {
                add(verdict.from, verdict.state)
                continue
            }
            let end = index + 1 < self.verdicts.count ? self.verdicts[index + 1].from : Int64.max
            var time = verdict.from
            for range in seen where range.upperBound > time && range.lowerBound < end {
                if range.lowerBound > time { add(time, .unknown) }
                add(max(time, range.lowerBound), verdict.state)
                time = min(range.upperBound, end)
            }
            if time < end { add(time, .unknown) }
        }
        return spans
    }
}
