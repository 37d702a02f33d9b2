import TestServers
import Testing

@testable import Service

@Suite struct HealthTests {
    @Test func `a loop that stands still is named`() {
        let health = Health()
        let heartbeat = health.heartbeat("poll", maxAge: -1)
        #expect(health.stalled.count == 1)
        #expect(health.stalled.first?.hasPrefix("poll: no turn for ") == true)
        heartbeat.end()
        #expect(health.heartbeat("other", maxAge: 60_000).age < 60_000)
        #expect(Health().stalled.isEmpty)
    }

    @Test func `readiness tells what is missing`() {
        let health = Health()
        let database = health.condition("database")
        let log = health.condition("log")
        #expect(health.unmet == ["database: starting", "log: starting"])
        log.meet()
        database.fail("no connection")
        #expect(health.unmet == ["database: no connection"])
        database.meet()
        #expect(health.unmet.isEmpty)
    }
}

@Suite struct BackoffTests {
    @Test func `pauses double with jitter up to the limit and start again`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        for _ in 0..<1_000 {
            var backoff = Backoff(first: 100, limit: 5_000)
            for grown in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000] as [Int64] {
                let pause = backoff.next(using: &random)
                #expect(pause >= grown / 2 && pause <= grown, "seed \(seed)")
            }
            backoff.reset()
            #expect(backoff.next(using: &random) <= 100)
        }
    }
}
