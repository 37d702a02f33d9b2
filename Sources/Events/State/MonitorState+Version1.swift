/// Rows of version 1 knew the present span and sight of each track, but not what lay before.
extension MonitorState {
    /// Goes on from the spans of such a row: what was written before them stands.
    mutating func readSpansOfVersion1(_ fields: Fields) throws(RecordError) {
        let interval = self.definition?.interval ?? 0
        for (index, value) in (try fields.array("regions") ?? []).enumerated() {
            let region = try Fields(value, "regions")
            let (state, from) = try Self.span(region)
            if let known = self.regions[index].knownSlot {
                let blind = try region.optionalInteger("blindFrom", Bounds.any)
                let start = min(try region.integer("sightFrom", Bounds.any), known)
                let end = max(min(known + interval, blind ?? Int64.max), start)
                self.regions[index].sight.stretches = [start..<end]
                self.regions[index].sight.isOpen = state == .up || state == .down
                self.regions[index].sight.isCut = blind != nil
            }
            let verdict: SpanState? = self.regions[index].verdict.map { $0 == .good ? .up : .down }
            self.regions[index].span = SpanTrack(
                Self.marks(state, from, verdict),
                seen: self.regions[index].sight.ranges
            )
        }
        let (state, from) = try Self.span(fields)
        let verdict: SpanState? = self.incident != nil ? .down : self.confirmed == .up ? .up : nil
        self.span = SpanTrack(Self.marks(state, from, verdict), seen: self.seen)
    }

    private static func span(_ fields: Fields) throws(RecordError) -> (state: SpanState, from: Int64) {
        let state = try fields.word("span", of: SpanState.self) ?? .unknown
        return (state, try fields.integer("spanFrom", Bounds.any))
    }

    private static func marks(_ state: SpanState, _ from: Int64, _ verdict: SpanState?) -> [SpanTrack.Mark] {
        guard from > 0 else { return [] }
        return [SpanTrack.Mark(from: from, state: state == .unknown ? verdict ?? .unknown : state)]
    }
}
