/// The span being written for a monitor or one of its regions, and the last patch of unknown time in it.
struct SpanTrack: Sendable, Hashable {
    var state = SpanState.unknown
    /// Where it began; 0: nothing was ever written.
    var from: Int64 = 0
    /// The last stretch of unknown time before the present span: a correction that reaches back over it keeps it.
    var patchFrom: Int64 = 0
    var patchTo: Int64 = 0

    /// Turns to `state` from `from` on and appends the corrections that say so.
    ///
    /// - Parameter sight: where sight was regained, if `from` lies before it: what is between the end of the last
    ///   known slot and this instant stays unknown, since nobody watched.
    mutating func turn(
        to state: SpanState,
        from: Int64,
        sight: Int64,
        of monitor: Int64,
        region: String,
        _ effects: inout [Effect]
    ) {
        guard state != self.state || self.from == 0 else { return }
        if self.state == .unknown, self.from > 0, state == .up || state == .down, sight > self.from {
            self.patchFrom = self.from
            self.patchTo = sight
        }
        func write(_ from: Int64, _ state: SpanState) {
            effects.append(.span(SpanCorrection(monitor: monitor, region: region, from: from, state: state)))
        }
        self.state = state
        self.from = from
        guard state == .up || state == .down, self.patchFrom < self.patchTo, from < self.patchTo else {
            return write(from, state)
        }
        if from < self.patchFrom {
            write(from, state)
            write(self.patchFrom, .unknown)
        }
        write(self.patchTo, state)
        self.from = self.patchTo
    }
}
