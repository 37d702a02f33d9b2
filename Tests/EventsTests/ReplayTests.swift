import Testing

@testable import Events

/// Random logs of all kinds: what must hold of `step` whatever the records are.
@Suite struct ReplayTests {
    @Test(.timeLimit(.minutes(5)))
    func `replay, splits and duplicates change nothing`() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("seed \(seed)")
        for sequence in 0..<RandomLog.sequences(40) {
            var random = RandomLog(seed: seed &+ UInt64(sequence))
            let records = random.records(120)
            var straight = PartitionState(partition: 0, count: 1)
            var split = straight
            var effects: [Effect] = []
            var others: [Effect] = []
            for (record, timestamp) in records {
                straight.step(record, timestamp: timestamp, &effects)
                if UInt8.random(in: 0..<4, using: &random.generator) == 0 {
                    split = try Self.reassembled(split)
                }
                split.step(record, timestamp: timestamp, &others)
                guard effects == others, straight.monitors == split.monitors, straight.shares == split.shares else {
                    Issue.record("seed \(seed) sequence \(sequence) \(record): \(effects) but \(others)")
                    return
                }
                effects.removeAll()
                others.removeAll()
            }
        }
    }

    @Test func `a record stepped twice in a row leaves the state alone`() {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("seed \(seed)")
        for sequence in 0..<RandomLog.sequences(40) {
            var random = RandomLog(seed: seed &+ UInt64(sequence))
            var state = PartitionState(partition: 0, count: 1)
            var effects: [Effect] = []
            for (record, timestamp) in random.records(120) {
                state.step(record, timestamp: timestamp, &effects)
                let before = state
                state.step(record, timestamp: timestamp, &effects)
                #expect(before.monitors == state.monitors && before.shares == state.shares, "seed \(seed): \(record)")
            }
        }
    }

    private static func reassembled(_ state: PartitionState) throws -> PartitionState {
        var shares: [[UInt8]] = []
        var monitors: [[UInt8]] = []
        for row in state.allRows() {
            switch row {
            case .share(_, let value): shares.append(value)
            case .monitor(_, _, let value): if let value { monitors.append(value) }
            }
        }
        return try PartitionState(partition: 0, count: 1, shares: shares, monitors: monitors)
    }
}
