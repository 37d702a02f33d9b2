import Events
import TestServers

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
    ///
    /// Judgements, states and incidents are compared after every record; spans at the end and where the log is cut: as
    /// if nothing were heard from there on.
    package static func difference(_ entries: [RandomRecords.Entry]) -> Difference? {
        var pair = Pair()
        let cuts = Self.cuts(entries.count)
        for (index, entry) in entries.enumerated() {
            if let text = pair.step(entry) { return Difference(index: index, text: text) }
            guard cuts.contains(index) else { continue }
            var cut = pair
            let text = cut.step(Self.silence(at: entry.timestamp)) ?? cut.compareSpans()
            if let text { return Difference(index: index, text: "and silence: \(text)") }
        }
        return nil
    }

    /// The last of `count` records and three others, always the same.
    private static func cuts(_ count: Int) -> Set<Int> {
        guard count > 0 else { return [] }
        var generator = SplitMix(seed: UInt64(count))
        return Set((0..<3).map { _ in Int.random(in: 0..<count, using: &generator) } + [count - 1])
    }

    /// A pulse so much later that nobody sees anything any more.
    private static func silence(at time: Int64) -> RandomRecords.Entry {
        let time = time + 10_000_000
        let pulse = Pulse(region: Pulse.pushRegion, share: 0, time: time, pinger: "g")
        return RandomRecords.Entry(.pulse(pulse), timestamp: time)
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
