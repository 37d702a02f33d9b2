import NaiveModel
import Testing

@testable import Events

/// The central proof: a second implementation, written from the design alone, agrees with `step`.
@Suite struct NaiveModelTests {
    /// `APUS_STEP_SEQUENCES=10000 swift test -c release --filter NaiveModelTests` hears more than a million records.
    @Test(.timeLimit(.minutes(60)))
    func `a naive second implementation agrees with step on random records of all kinds`() {
        let seed = UInt64.random(in: 1...UInt64.max / 2)
        print("seed \(seed)")
        var heard = 0
        defer { print("\(heard) records") }
        for sequence in 0..<UInt64(RandomLog.sequences(60)) {
            let records = RandomRecords.sequence(seed: seed + sequence)
            heard += records.count
            guard Comparison.difference(records) != nil else { continue }
            Issue.record("seed \(seed + sequence)\n\(Comparison.report(Comparison.shrink(records)))")
            return
        }
    }

    /// A generator that never leads anywhere proves nothing.
    @Test func `the random records lead to every state, disposition and end of an incident`() {
        var states: Set<State> = []
        var dispositions: Set<Disposition> = []
        var resolutions: Set<Incident.Resolution> = []
        for seed in UInt64(1)...100 {
            var state = PartitionState(partition: 0, count: 1)
            var effects: [Effect] = []
            for entry in RandomRecords.sequence(seed: seed) {
                state.step(entry.record, timestamp: entry.timestamp, &effects)
            }
            for effect in effects {
                switch effect {
                case .judged(let disposition), .derived(_, let disposition): dispositions.insert(disposition)
                case .changed(let transition): states.insert(transition.to)
                case .resolved(let incident): if let end = incident.resolution { resolutions.insert(end) }
                default: break
                }
            }
        }
        #expect(states == Set(State.allCases))
        #expect(dispositions == Set(Disposition.allCases))
        #expect(resolutions == Set(Incident.Resolution.allCases))
    }
}
