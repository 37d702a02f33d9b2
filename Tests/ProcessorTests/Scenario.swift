import Events
import Service
import TestServers

/// Made-up logs: monitors that flap, seen from two regions, with all that can go wrong on the way.
struct Scenario {
    /// Where the log begins, Unix ms: thirty hours ago, on the half minute.
    let start: Int64
    var random: SplitMix
    let monitors: [Monitor]

    init(monitors count: Int = 12, seed: UInt64 = .random(in: 0 ... .max)) {
        print("seed \(seed)")
        let start = (WallClock.millis - 30 * 3_600_000) / 30_000 * 30_000
        self.start = start
        self.random = SplitMix(seed)
        self.monitors = (1...count).map { number in
            Monitor(
                id: Int64(number),
                name: "Monitor \(number)",
                target: "https://\(number).example",
                check: .http(HTTPCheckSettings()),
                interval: Self.interval(of: Int64(number)),
                failureThreshold: 2,
                createdAt: start
            )
        }
    }

    /// How often a monitor is checked, ms.
    static func interval(of monitor: Int64) -> Int64 { monitor % 3 == 0 ? 120_000 : 30_000 }

    var definitions: [Record] { self.monitors.map { .change(.defined($0)) } }

    /// Pulses of both regions for all shares at a time.
    func pulses(at time: Int64) -> [Record] {
        ["eu", "us"].flatMap { region in
            (0..<Topic.shares).map { share in
                Record.pulse(Pulse(region: region, share: share, time: time, canary: .none, pinger: "p-\(region)"))
            }
        }
    }

    /// The results of some rounds of slots, beginning `offset` ms after the start, `step` ms apart.
    mutating func results(rounds: Int, offset: Int64 = 0, step: Int64 = 240_000) -> [Record] {
        var records: [Record] = []
        for round in 0..<Int64(rounds) {
            let time = self.start + offset + round * step
            records += self.pulses(at: time)
            for monitor in self.monitors {
                for region in ["eu", "us"] {
                    records += self.slot(time, monitor, region).map { .result($0) }
                }
            }
        }
        return records
    }

    private mutating func slot(_ slot: Int64, _ monitor: Monitor, _ region: String) -> [CheckResult] {
        let isDown = (slot / 1_800_000 + monitor.id) % 3 == 0
        var results: [CheckResult] = []
        for attempt in 0...(isDown ? 1 : 0) {
            let chance = UInt8.random(in: 0..<100, using: &self.random)
            let outcome: Outcome = chance < 3 ? .unknown : isDown ? .down : chance < 20 ? .degraded : .up
            results.append(
                CheckResult(
                    monitor: monitor.id,
                    region: region,
                    slot: slot,
                    attempt: attempt,
                    startedAt: slot + 3,
                    outcome: outcome,
                    reason: outcome == .down ? .status : nil,
                    code: outcome == .down ? 503 : 200,
                    detail: outcome == .down ? "503 \"Service\" Unavailable" : nil,
                    timings: Timings(dns: 800, total: Int64.random(in: 500...2_000_000, using: &self.random)),
                    values: chance == 50 ? ["loss": 0.5] : nil,
                    address: "192.0.2.1",
                    certificateExpiresAt: slot + 86_400_000,
                    pinger: "p-\(region)",
                    generation: monitor.generation
                )
            )
        }
        return results
    }
}

/// splitmix64: the same numbers from the same seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
