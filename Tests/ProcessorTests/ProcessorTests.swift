import Events
import History
import Kafka
import Latest
import Postgres
import Redis
import Service
import TestServers
import Testing

@testable import Processor

@Suite(.timeLimit(.minutes(2))) struct ProcessorTests {
    @Test func `records become results, sums, spans and statuses`() throws {
        let world = try HistoryWorld()
        var scenario = Scenario()
        try world.produce(scenario.definitions + scenario.results(rounds: 60))
        try world.withProcessor {
            try world.settle()
            try world.expectConsistency()
            try world.produce(scenario.results(rounds: 60, offset: 60 * 240_000))
            try world.settle()
            try world.expectConsistency()
        }
        let distinct = try world.number("SELECT count(*) FROM results")
        #expect(distinct > 2 * 12 * 120)
        #expect(try world.number("SELECT count(*) FROM results WHERE late") == 0)
        #expect(try world.number("SELECT count(*) FROM results_default") == 0)
        #expect(try world.number("SELECT count(*) FROM dead_letters") == 0)
        #expect(try world.recent(1).count == LatestKeys.recentCount)
    }

    @Test func `a log read twice leaves everything as it was`() throws {
        let world = try HistoryWorld()
        var scenario = Scenario(monitors: 6)
        try world.produce(scenario.definitions + scenario.results(rounds: 40))
        try world.withProcessor { try world.settle() }
        let before = try world.dump()
        _ = try world.query("UPDATE positions SET next_offset = 0, last_timestamp = NULL")
        try world.withProcessor {
            try world.settle()
            try world.expectRedis()
        }
        #expect(try world.dump() == before)
        #expect(world.metrics.duplicates.value > 0)
    }

    @Test func `late and doubled results in any order leave the same sums`() throws {
        let world = try HistoryWorld()
        var scenario = Scenario(monitors: 4)
        try world.produce(scenario.definitions)
        let records = scenario.results(rounds: 50)
        var shuffled = records.filter { if case .result = $0 { true } else { false } }
        let all = Set(shuffled).count
        shuffled += shuffled.prefix(40)
        shuffled.shuffle(using: &scenario.random)
        try world.produce(scenario.pulses(at: scenario.start) + shuffled)
        try world.withProcessor {
            try world.settle()
            try world.produce(Array(shuffled.prefix(100)))
            try world.settle()
        }
        #expect(try world.number("SELECT count(*) FROM results") == Int64(all))
        #expect(try world.number("SELECT count(*) FROM results WHERE late") > 0)
        try world.expectConsistency()
    }

    @Test func `results of strangers and of deleted monitors are dropped, stale ones are history`() throws {
        let world = try HistoryWorld()
        var scenario = Scenario(monitors: 3)
        try world.produce(scenario.definitions + scenario.results(rounds: 20))
        var edited = scenario.monitors[0]
        edited.generation = 2
        edited.updatedAt = scenario.start + 20 * 240_000
        let gone = scenario.monitors[1]
        try world.produce([
            .change(.defined(edited)), .change(.deleted(monitor: gone.id, generation: 2, at: edited.updatedAt)),
        ])
        let later = scenario.results(rounds: 10, offset: 20 * 240_000)
        var stranger = try #require(later.compactMap { if case .result(let result) = $0 { result } else { nil } }.first)
        stranger.monitor = 99
        try world.produce(later + [.result(stranger)])
        try world.withProcessor {
            try world.settle()
            try world.expectConsistency()
            try eventually("the tombstone") {
                let document = try world.document(gone.id)
                return document != nil && document?.card == nil
            }
        }
        #expect(world.metrics.droppedUnknown.value == 1)
        #expect(world.metrics.droppedDeleted.value >= 20)
        #expect(world.metrics.stale.value >= 20)
        #expect(try world.number("SELECT count(*) FROM results WHERE monitor = 99") == 0)
        let seconds = (scenario.start + 20 * 240_000) / 1_000
        let newer = "slot >= to_timestamp(\(seconds))"
        #expect(try world.number("SELECT count(*) FROM results WHERE monitor = \(edited.id) AND \(newer)") >= 20)
        #expect(try world.number("SELECT count(*) FROM results WHERE monitor = \(gone.id) AND \(newer)") == 0)
    }

    @Test func `poison of each kind becomes a dead letter and reading goes on`() throws {
        let world = try HistoryWorld()
        var scenario = Scenario(monitors: 1)
        try world.produce(scenario.definitions)
        var result = try #require(
            scenario.results(rounds: 1).compactMap { if case .result(let result) = $0 { result } else { nil } }.first
        )
        result.slot += 40 * 3_600_000
        var future: [UInt8] = []
        result.encode(into: &future)
        let partition = Partitioning.partition(of: 1, count: HistoryWorld.partitions)
        let key = Array("1".utf8)
        for value in [future, Array("{".utf8), [], [0xFF], nil] { try world.send(key: key, value: value, partition) }
        try world.send(key: nil, value: future, partition)
        try world.send(key: key, value: Array("{}".utf8), partition, [.init(Topic.kindHeader, "nonsense")])
        try world.produce(scenario.results(rounds: 2))
        try world.withProcessor {
            try world.settle()
            try world.expectConsistency()
        }
        #expect(try world.number("SELECT count(*) FROM dead_letters") == 7)
        #expect(try world.number("SELECT count(*) FROM dead_letters WHERE reason LIKE '%past the record%'") == 1)
        #expect(try world.number("SELECT count(*) FROM results") >= 4)
    }

    @Test func `what is older than the floor is counted and dropped`() throws {
        let world = try HistoryWorld()
        var scenario = Scenario(monitors: 2)
        try world.produce(scenario.definitions + scenario.results(rounds: 4))
        let floor = scenario.start + 2 * 240_000
        _ = try world.query(
            "UPDATE history_floor SET slot = 'epoch'::timestamptz + $1::bigint * interval '1 millisecond'",
            [.int(floor)]
        )
        try world.withProcessor {
            try world.settle()
            try world.expectConsistency()
        }
        #expect(try world.number("SELECT (extract(epoch from min(slot)) * 1000)::bigint FROM results") == floor)
        #expect(world.metrics.droppedOld.value >= 8)
    }
}
