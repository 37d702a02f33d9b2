import Glibc
import TestServers

@testable import Events

/// A generator of logs from a seed: several monitors and regions, edits, pauses, gaps, skewed clocks, late records.
struct RandomLog {
    var generator: SplitMix

    init(seed: UInt64) { self.generator = SplitMix(seed: seed) }

    /// How many sequences to try: `APUS_STEP_SEQUENCES`, or what is quick.
    static func sequences(_ usual: Int) -> Int {
        guard let text = unsafe getenv("APUS_STEP_SEQUENCES") else { return usual }
        return unsafe Int(String(cString: text)) ?? usual
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self.generator) < percent }

    mutating func records(_ count: Int) -> [(Record, Int64)] {
        var now = Log.start
        var generations: [Int64: Int64] = [:]
        var records: [(Record, Int64)] = []
        for _ in 0..<count {
            now +=
                self.chance(3)
                ? Int64.random(in: 0..<1_500_000, using: &self.generator)
                : Int64.random(in: 0..<12_000, using: &self.generator)
            let record = self.record(now, &generations)
            records.append((record, now))
            if self.chance(5) { records.append((record, now + 1)) }
        }
        return records
    }

    private mutating func record(_ now: Int64, _ generations: inout [Int64: Int64]) -> Record {
        let id = Int64.random(in: 1...3, using: &self.generator)
        let region = ["eu", "us", "as"].randomElement(using: &self.generator) ?? "eu"
        let skew = self.chance(4) ? Int64.random(in: -90_000...50_000, using: &self.generator) : 0
        switch Int.random(in: 0..<100, using: &self.generator) {
        case 0..<40:
            let outcome: Outcome =
                self.chance(45) ? .down : self.chance(85) ? .up : self.chance(50) ? .unknown : .degraded
            let late = self.chance(8) ? Int64.random(in: 0..<100_000, using: &self.generator) : 0
            return .result(
                CheckResult(
                    monitor: id,
                    region: region,
                    slot: (now + skew - late) / 5_000 * 5_000,
                    attempt: self.chance(20) ? 1 : 0,
                    startedAt: now,
                    outcome: outcome,
                    reason: outcome == .down ? (self.chance(50) ? .timeout : .status) : nil,
                    pinger: "p",
                    generation: max(1, (generations[id] ?? 1) - (self.chance(3) ? 1 : 0))
                )
            )
        case 40..<75:
            let canary: Pulse.Canary = self.chance(10) ? .blind : .good
            return .pulse(
                Pulse(
                    region: self.chance(25) ? Pulse.pushRegion : region,
                    share: Partitioning.share(of: id),
                    time: now + skew,
                    canary: canary,
                    pinger: "p"
                )
            )
        case 75..<85:
            return .push(Push(monitor: 3, at: now + skew, outcome: self.chance(10) ? .down : .up, gateway: "g"))
        case 85..<88: return .action(Action(monitor: id, verb: .acknowledge, person: "eva", at: now))
        case 88..<89:
            generations[id, default: 0] += 1
            return .change(.deleted(monitor: id, generation: generations[id] ?? 1, at: now))
        default: return .change(.defined(self.monitor(id, now, &generations)))
        }
    }

    private mutating func monitor(_ id: Int64, _ now: Int64, _ generations: inout [Int64: Int64]) -> Monitor {
        if self.chance(90) || generations[id] == nil { generations[id, default: 0] += 1 }
        let quorums: [Quorum] = [.majority, .any, .all, .count(2)]
        return Monitor(
            id: id,
            name: "m",
            target: self.chance(20) ? "other:80" : "shop:80",
            check: id == 3 ? .push(PushCheckSettings(grace: 3_000)) : .tcp(TCPCheckSettings()),
            interval: [5_000, 20_000, 60_000].randomElement(using: &self.generator) ?? 5_000,
            regions: self.chance(30) ? ["eu", "us"] : nil,
            failureThreshold: Int.random(in: 1...3, using: &self.generator),
            recoveryThreshold: Int.random(in: 1...3, using: &self.generator),
            quorum: quorums.randomElement(using: &self.generator) ?? .majority,
            reminderInterval: self.chance(30) ? 300_000 : nil,
            enabled: !self.chance(8),
            generation: generations[id] ?? 1,
            createdAt: now
        )
    }
}
