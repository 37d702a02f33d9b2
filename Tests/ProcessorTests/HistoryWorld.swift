import Events
import Glibc
import History
import Kafka
import Latest
import Postgres
import Projections
import Redis
import Schema
import Service
import TestServers
import Testing

@testable import Processor

/// A log, books and a Redis of the test's own, and what was produced: the truth to compare with.
final class HistoryWorld {
    static let partitions = 4

    let broker: EmbeddedBroker
    let kafka: KafkaSettings
    let database: String
    let redisURL: String
    let redis: RedisConnection
    let registry = Metrics()
    let metrics: ProcessorMetrics
    let log = Log(process: "test", level: unsafe getenv("TEST_LOG") == nil ? .error : .debug, format: .logfmt)
    /// What the pure step says of all that was produced, by partition.
    private(set) var truth: [PartitionState]
    /// The spans that the corrections of the truth leave, by monitor and region.
    private(set) var spans: [String: [Span]] = [:]
    private(set) var produced: [Int64]
    private let producer: Producer
    private var connection: PostgresConnection?

    init(postgres: PostgresServer? = nil, redis: RedisServer? = nil) throws {
        self.broker = try EmbeddedBroker()
        try self.broker.createTopic(Topic.results, partitions: Self.partitions)
        try self.broker.createTopic(Topic.monitors, partitions: 4)
        self.kafka = KafkaSettings(brokers: self.broker.bootstrap, isEmbedded: true)
        self.database = try postgres?.database() ?? PostgresServer.database()
        self.redisURL = try redis?.url() ?? RedisServer.database()
        self.redis = RedisConnection(try RedisURL(self.redisURL))
        self.metrics = ProcessorMetrics(self.registry)
        self.producer = try Producer(self.kafka)
        self.truth = (0..<Self.partitions).map { PartitionState(partition: $0, count: Self.partitions) }
        self.produced = Array(repeating: 0, count: Self.partitions)
        let connection = try PostgresConnection(self.database)
        try Schema.migrate(connection)
        #expect(try Retention().apply(now: WallClock.millis, on: connection) == 0)
    }

    // MARK: The log

    /// Publishes records in order and steps the truth.
    ///
    /// - Parameter counts: whether the truth takes them, too.
    func produce(_ records: [Record], counts: Bool = true) throws {
        for record in records {
            let partition: Int
            if case .pulse(let pulse) = record {
                partition = pulse.share % Self.partitions
            } else {
                partition = Partitioning.partition(of: record.monitor ?? 0, count: Self.partitions)
            }
            var value: [UInt8] = []
            record.encode(into: &value)
            let headers = record.kind.map { [OutgoingRecord.Header(Topic.kindHeader, $0)] } ?? []
            let key = record.monitor.map { Array(String($0).utf8) }
            try self.send(key: key, value: value, partition, headers)
            if counts { self.step(record, partition) }
        }
        self.flush()
    }

    func send(key: [UInt8]?, value: [UInt8]?, _ partition: Int, _ headers: [OutgoingRecord.Header] = []) throws {
        try self.producer.send(
            OutgoingRecord(topic: Topic.results, partition: Int32(partition), key: key, value: value, headers: headers)
        )
        self.produced[partition] += 1
    }

    func flush() { #expect(self.producer.flush(milliseconds: 10_000)) }

    private func step(_ record: Record, _ partition: Int) {
        var effects: [Effect] = []
        self.truth[partition].step(record, timestamp: WallClock.millis, &effects)
        for case .span(let correction) in effects {
            let key = "\(correction.monitor)/\(correction.region)"
            var spans = self.spans[key] ?? []
            spans.removeAll { $0.from >= correction.from }
            spans.append(Span(from: correction.from, state: correction.state))
            self.spans[key] = spans
        }
    }

    // MARK: The processor

    func writer(_ name: String = "test") throws -> LatestWriter {
        LatestWriter(
            try RedisURL(self.redisURL),
            name: "\(name)/\(UInt32.random(in: 0 ... .max))",
            database: self.database,
            metrics: self.metrics,
            log: self.log
        )
    }

    /// Runs a processor while `body` does.
    func withProcessor(_ body: () throws -> Void) throws {
        let latest = try self.writer()
        var options = RunnerOptions(
            kafka: self.kafka,
            topic: Topic.results,
            group: "processor",
            instance: "test",
            databaseURL: self.database,
            withoutGroup: true
        )
        options.statementTimeout = .seconds(2)
        let runner = Runner(
            options,
            projection: HistoryProjection(latest: latest, metrics: self.metrics),
            log: self.log,
            metrics: Metrics(),
            health: Health()
        )
        defer {
            runner.stop()
            latest.stop()
        }
        try body()
    }

    /// Waits until the books have everything that was produced.
    func settle() throws {
        try eventually("the books to be complete") {
            let rows = try? self.query(
                "SELECT partition, coalesce(next_offset, 0) FROM positions WHERE projection = 'processor'"
            )
            guard let rows else { return false }
            var next = [Int64](repeating: 0, count: Self.partitions)
            for row in rows { next[Int(try row.int64(0))] = try row.int64(1) }
            return next == self.produced
        }
    }

    func query(_ sql: String, _ parameters: [PostgresValue] = []) throws -> PostgresRows {
        if self.connection?.isUsable != true { self.connection = nil }
        let connection = try self.connection ?? PostgresConnection(self.database, timeout: .seconds(2))
        self.connection = connection
        return try connection.query(sql, parameters)
    }

    func number(_ sql: String) throws -> Int64 { try self.query(sql)[0].int64(0) }

    func withConnection<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        _ = try self.query("SELECT 1")
        return try body(#require(self.connection))
    }
}

/// Waits on a condition, at most twenty seconds.
func eventually(_ what: String, _ condition: () throws -> Bool) throws {
    if try !eventually(within: .seconds(20), condition) { Issue.record("waited 20 s for \(what)") }
}
