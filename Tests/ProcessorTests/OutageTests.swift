import History
import Kafka
import Latest
import Postgres
import Redis
import Service
import TestServers
import Testing

@testable import Events
@testable import Processor

@Suite(.serialized, .timeLimit(.minutes(2))) struct OutageTests {
    @Test func `a flushed Redis is filled again, with its recent results`() throws {
        let redis = try RedisServer()
        defer { redis.stop() }
        let world = try HistoryWorld(redis: redis)
        var scenario = Scenario(monitors: 5)
        try world.produce(scenario.definitions + scenario.results(rounds: 40))
        try world.withProcessor {
            try world.settle()
            try world.expectRedis()
            let before = try world.recent(1)
            let marker = try world.redis.command("GET", RedisArgument(LatestKeys.marker))
            try world.redis.command("FLUSHALL")
            try eventually("the writer to notice") {
                let now = try world.redis.command("GET", RedisArgument(LatestKeys.marker))
                return now != .null && now != marker
            }
            // The next records have everything written, also of the monitors that they don't touch.
            try world.produce([scenario.pulses(at: scenario.start + 40 * 240_000)[0]])
            try world.expectRedis()
            try eventually("the recent results") { try world.recent(1) == before }
        }
    }

    @Test func `results that Redis has are not listed or told again`() throws {
        let redis = try RedisServer()
        defer { redis.stop() }
        let world = try HistoryWorld(redis: redis)
        try world.produce(Scenario(monitors: 1).definitions)
        let status = try #require(world.truth.lazy.compactMap { $0.status(of: 1) }.first)
        let updates = try RedisSubscriber(RedisURL(world.redisURL), channels: [LatestKeys.updates])
        let writer = try world.writer()
        defer { writer.stop() }
        /// Writes an entry and returns the slots of the results that were told.
        func write(next: Int64, _ offsets: [Int64]) throws -> [Int64] {
            var entry = LatestEntry(1, status, point: LatestPoint(generation: 0, offset: next), asOf: 0)
            for offset in offsets {
                let result = RecentResult(region: "eu", slot: offset, outcome: .up)
                entry.news.results.append((LatestPoint(generation: 0, offset: offset), result))
            }
            writer.put(entry)
            writer.flush()
            let message = try #require(try updates.next(.seconds(20)))
            return try UpdateMessage.decode(message.payload).results.map(\.slot)
        }
        #expect(try write(next: 10, [4, 9]) == [4, 9])
        #expect(try write(next: 20, [4, 9, 10, 19]) == [10, 19])
        #expect(try write(next: 30, [19]) == [])
        #expect(try write(next: 200, Array(100..<200)) == Array(140..<200))
        #expect(try world.recent(1).map(\.slot) == Array((140..<200).reversed()))
    }

    @Test func `keys of Redis that hold something else are taken away and written anew`() throws {
        let redis = try RedisServer()
        defer { redis.stop() }
        let world = try HistoryWorld(redis: redis)
        var scenario = Scenario(monitors: 3)
        for key in [LatestKeys.status(1), LatestKeys.recent(2), LatestKeys.regions] {
            try world.redis.command("SADD", RedisArgument(key), "garbage")
        }
        let text = RedisArgument(String(repeating: "z", count: 200))
        try world.redis.command("SET", RedisArgument(LatestKeys.status(3)), text)
        try world.produce(scenario.definitions + scenario.results(rounds: 10))
        try world.withProcessor {
            try world.settle()
            try world.expectRedis()
            #expect(try world.redis.command("TYPE", RedisArgument(LatestKeys.recent(2))) == .status("list"))
            try eventually("the regions") {
                try world.redis.command("TYPE", RedisArgument(LatestKeys.regions)) == .status("hash")
            }
        }
    }

    @Test func `the books are kept while Redis is frozen, and Redis is told afterwards`() throws {
        let redis = try RedisServer()
        defer { redis.stop() }
        let world = try HistoryWorld(redis: redis)
        var scenario = Scenario(monitors: 5)
        try world.produce(scenario.definitions + scenario.results(rounds: 10))
        try world.withProcessor {
            try world.settle()
            redis.freeze()
            try world.produce(scenario.results(rounds: 10, offset: 10 * 240_000))
            try world.settle()
            try world.expectConsistency(redis: false)
            try eventually("the failures to be counted") { world.metrics.redisErrors.value > 0 }
            redis.thaw()
            try world.expectRedis()
            redis.kill()
            try world.produce(scenario.results(rounds: 5, offset: 20 * 240_000))
            try world.settle()
            try redis.restart()
            try world.produce(scenario.pulses(at: scenario.start + 25 * 240_000))
            try eventually("a new marker") {
                (try? world.redis.command("EXISTS", RedisArgument(LatestKeys.marker)).int64()) == 1
            }
            // The marker is there a moment before the processor knows that all is wanted: pulses go on meanwhile.
            for round in Int64(0)..<3 {
                try world.produce(scenario.pulses(at: scenario.start + 26 * 240_000 + round * 10_000))
                try world.settle()
            }
            try world.expectRedis()
        }
    }

    @Test func `statuses go on while PostgreSQL is dead, and the books are settled afterwards`() throws {
        let postgres = try PostgresServer()
        defer { postgres.stop() }
        let world = try HistoryWorld(postgres: postgres)
        var scenario = Scenario(monitors: 5)
        try world.produce(scenario.definitions + scenario.results(rounds: 10))
        try world.withProcessor {
            try world.settle()
            postgres.kill()
            try world.produce(scenario.results(rounds: 20, offset: 10 * 240_000))
            try world.expectRedis()
            try postgres.restart()
            try world.settle()
            try world.expectConsistency()
        }
        let rows = try world.number("SELECT count(*) FROM results")
        #expect(rows > 2 * 5 * 30)
        #expect(world.metrics.ahead.value > 0)
    }

    @Test func `lists are completed when PostgreSQL is there again, and what came meanwhile stays`() throws {
        let postgres = try PostgresServer()
        defer { postgres.stop() }
        let redis = try RedisServer()
        defer { redis.stop() }
        let world = try HistoryWorld(postgres: postgres, redis: redis)
        var scenario = Scenario(monitors: 5)
        try world.produce(scenario.definitions + scenario.results(rounds: 10))
        try world.withProcessor {
            try world.settle()
            try world.expectRedis()
        }
        let stored = try world.recent(1)
        let status = try #require(world.truth.lazy.compactMap { $0.status(of: 1) }.first)
        let writer = try world.writer()
        defer { writer.stop() }
        var point = LatestPoint(generation: 1, offset: 1 << 40)
        /// What the projection does when it is asked for all.
        func giveAll() {
            guard writer.takeWanted().contains(1) else { return writer.flush() }
            var entry = LatestEntry(1, status, point: point, asOf: 0)
            entry.wantsRecent = true
            writer.put(entry)
            writer.flush()
        }
        try eventually("the writer to know Redis") {
            writer.flush()
            return try world.redis.command("GET", RedisArgument(LatestKeys.marker)) != .null
        }
        // The books are committed asynchronously: what was committed last would go with the server.
        _ = try world.query("CHECKPOINT")
        postgres.kill()
        try world.redis.command("FLUSHALL")
        try eventually("the status") {
            giveAll()
            return try world.redis.command("EXISTS", RedisArgument(LatestKeys.status(1))) == .integer(1)
        }
        var later = try #require(stored.first)
        later.slot += 60_000
        point.offset += 1
        var entry = LatestEntry(1, status, point: point, asOf: 0)
        entry.news.results = [(point, later)]
        writer.put(entry)
        try eventually("what comes meanwhile") {
            giveAll()
            return try world.recent(1) == [later]
        }
        try postgres.restart()
        try eventually("the list") {
            giveAll()
            let list = try world.recent(1)
            return list.first == later && list.count == stored.count + 1 && Set(list.dropFirst()) == Set(stored)
        }
    }

    @Test func `only lists that could not be read are asked for again, rarer until a whole pass goes well`() throws {
        let world = try HistoryWorld()
        let loader = RecentLoader(world.database)
        let blocker = try PostgresConnection(world.database)
        func fill(_ monitors: [Int64]) {
            var entries = monitors.map { LatestEntry($0, nil, point: LatestPoint(generation: 0, offset: 0), asOf: 0) }
            for index in entries.indices { entries[index].wantsRecent = true }
            loader.fill(&entries, listed: [:])
        }
        /// A pass in which one portion can be read and two can't; returns after how many ms those are due.
        func pause() throws -> Int64 {
            fill([1])
            try blocker.script("BEGIN; LOCK TABLE results IN ACCESS EXCLUSIVE MODE")
            fill([2, 3])
            let failed = MonotonicClock.millis
            fill([4])
            loader.endPass()
            try blocker.script("ROLLBACK")
            var due: Set<Int64> = []
            try eventually("the lists to be due") {
                due = loader.takeDue()
                return !due.isEmpty
            }
            #expect(due == [2, 3, 4])
            #expect(loader.takeDue().isEmpty)
            return MonotonicClock.millis - failed
        }
        _ = try pause()
        #expect(try pause() >= 1_000)
        fill([1, 2, 3, 4])
        loader.endPass()
        #expect(loader.takeDue().isEmpty)
    }

    @Test func `an older status never replaces a newer one, and each that is taken is told in order`() throws {
        let redis = try RedisServer()
        defer { redis.stop() }
        let world = try HistoryWorld(redis: redis)
        let scenario = Scenario(monitors: 1)
        try world.produce(scenario.definitions)
        let state = world.truth[Partitioning.partition(of: 1, count: HistoryWorld.partitions)]
        let status = try #require(state.status(of: 1))
        let writer = try world.writer("a")
        let other = try world.writer("b")
        defer {
            writer.stop()
            other.stop()
        }
        func put(_ writer: LatestWriter, _ generation: Int64, _ offset: Int64) throws {
            let point = LatestPoint(generation: generation, offset: offset)
            var entry = LatestEntry(1, status, point: point, asOf: offset)
            let result = self.result(slot: scenario.start + offset)
            entry.news.add(result, at: LatestPoint(generation: generation, offset: offset - 1))
            writer.put(entry)
            writer.flush()
        }
        func point() throws -> LatestPoint? { try world.document(1)?.point }
        try put(writer, 0, 10)
        try eventually("the first") { try point() == LatestPoint(generation: 0, offset: 10) }
        try put(other, 0, 20)
        try eventually("the second") { try point() == LatestPoint(generation: 0, offset: 20) }
        let published = world.metrics.published.value
        try put(writer, 0, 15)
        try put(writer, 1, 1)
        try eventually("the recreated log's") { try point() == LatestPoint(generation: 1, offset: 1) }
        try put(other, 0, 30)
        other.stop()
        #expect(try point() == LatestPoint(generation: 1, offset: 1))
        #expect(world.metrics.published.value == published + 1)
        #expect(try world.recent(1).map(\.slot) == [1, 20, 10].map { scenario.start + $0 })
    }

    @Test func `of incidents that Redis could not be told only the newest wait, and the others are counted`() throws {
        let scenario = Scenario(monitors: 1)
        var entry = LatestEntry(1, nil, point: LatestPoint(generation: 0, offset: 0), asOf: scenario.start)
        let count = LatestKeys.incidentCount
        for number in 1...10 * count {
            let time = scenario.start + Int64(number)
            let incident = Incident(
                id: "inc_\(number)",
                monitor: 1,
                startedAt: time,
                confirmedAt: time,
                regions: [],
                reminders: 0
            )
            var later = LatestEntry(1, nil, point: LatestPoint(generation: 0, offset: Int64(number)), asOf: time)
            later.news.add(IncidentNews(incident))
            entry.absorb(later)
        }
        #expect(entry.news.incidents.map(\.id) == (9 * count + 1...10 * count).map { "inc_\($0)" })
        #expect(entry.news.untold == 9 * count)
    }

    private func result(slot: Int64) -> CheckResult {
        CheckResult(monitor: 1, region: "eu", slot: slot, startedAt: slot, outcome: .up, pinger: "p", generation: 1)
    }
}
