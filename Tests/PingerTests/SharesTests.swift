import Crypto
import Events
import Kafka
import Service
import Synchronization
import TestServers
import Testing

@testable import Pinger

/// What becomes of shares when the group's client is made anew.
@Suite(.timeLimit(.minutes(1))) struct SharesTests {
    @Test func `shares of an earlier client are kept until the new ones are known, and then given up`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic(Topic.monitors, partitions: 4)
        var dropped: [Set<Int>] = []
        let shares = try Shares(
            KafkaSettings(brokers: broker.bootstrap, isEmbedded: true),
            held: [1, 40],
            region: "eu",
            key: SecretKey(),
            log: Log(process: "test", level: .error, format: .logfmt),
            refused: Metrics().counter("apus_test_total", "Refused."),
            onChange: { news in
                for case .dropped(let gone) in news { dropped.append(gone) }
            }
        )
        defer { shares.close() }
        #expect(shares.held == [1, 40])
        let deadline = MonotonicClock.millis + 30_000
        while shares.held.contains(40), MonotonicClock.millis < deadline { try shares.turn(milliseconds: 100) }
        #expect(shares.held == [0, 1, 2, 3])
        #expect(dropped == [[40]])
    }
}
