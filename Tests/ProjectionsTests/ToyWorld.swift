import Glibc
import Kafka
import Postgres
import PrivateServers
import Schema
import Service
import TestServers
import Testing
import ToyProjection

@testable import Projections

/// A broker with one topic, a database with the toy's tables, and what was produced: the truth to compare with.
final class ToyWorld {
    let database: String
    let topic = "log-\(UInt32.random(in: 0 ... .max))"
    private(set) var partitions: Int
    var kafka: KafkaSettings
    let log = Log(process: "test", level: unsafe getenv("TOY_LOG") == nil ? .error : .debug, format: .logfmt)
    let metrics = Metrics()
    let health = Health()
    private(set) var broker: EmbeddedBroker?
    private(set) var produced: [String: Int64] = [:]
    private var producer: Producer?
    private var serial = 0
    private var refused = 0
    private var connection: PostgresConnection?

    /// On an embedded broker of its own, or on the real Kafka that all tests share.
    init(partitions: Int = 4, real: Bool = false, server: PostgresServer? = nil) throws {
        self.partitions = partitions
        self.database = try server?.database() ?? PostgresServer.database()
        if real {
            self.kafka = KafkaSettings(brokers: try RealKafka.shared().bootstrap)
            try TopicAdmin(self.kafka).create(TopicAdmin.Topic(self.topic, partitions: partitions, replication: 1))
        } else {
            let broker = try EmbeddedBroker()
            try broker.createTopic(self.topic, partitions: partitions)
            self.broker = broker
            self.kafka = KafkaSettings(brokers: broker.bootstrap, isEmbedded: true)
        }
        let connection = try PostgresConnection(self.database)
        // The tests' servers commit without waiting for the disk; the tables themselves must outlive a kill.
        try connection.script("SET synchronous_commit = on")
        try Schema.migrate(connection)
        try connection.script(CountingProjection.schema)
    }

    // MARK: The log

    /// Writes records over twenty keys, each with an identity of its own, and waits for the broker.
    ///
    /// `padding` is how many bytes of noise, which no compression makes smaller, each of them carries.
    func produce(_ count: Int, prefix: String = "id", padding: Int = 0) throws {
        for _ in 0..<count {
            self.serial += 1
            let share = self.serial % 20
            let value = Array("\(prefix)-\(self.serial)-".utf8) + noise(padding)
            try self.send(key: Array("\(share)".utf8), value: value, partition: Int32(share % self.partitions))
            self.produced["\(share)", default: 0] += 1
        }
        #expect(self.producer?.flush(milliseconds: 10_000) == true)
    }

    /// Writes one record whose effects PostgreSQL refuses; the truth does not count it.
    func refuse(_ share: Int) throws {
        self.refused += 1
        let partition = Int32(share % self.partitions)
        try self.send(key: Array("\(share)".utf8), value: Array("refused-\(self.refused)".utf8), partition: partition)
        self.flush()
    }

    /// Queues one record that the truth does not count.
    func send(key: [UInt8]?, value: [UInt8]?, partition: Int32? = nil) throws {
        let producer = try self.producer ?? Producer(self.kafka)
        self.producer = producer
        try producer.send(OutgoingRecord(topic: self.topic, partition: partition, key: key, value: value))
    }

    func flush() {
        #expect(self.producer?.flush(milliseconds: 10_000) == true)
    }

    /// Replaces the embedded broker by a new and empty one at another address.
    func recreateLog(partitions: Int? = nil) throws {
        self.producer?.close(milliseconds: 1_000)
        self.producer = nil
        let broker = try EmbeddedBroker()
        self.partitions = partitions ?? self.partitions
        try broker.createTopic(self.topic, partitions: self.partitions)
        self.broker = broker
        self.kafka.brokers = broker.bootstrap
    }

    // MARK: Readers

    func options(_ instance: String, withoutGroup: Bool = true) -> RunnerOptions {
        var options = RunnerOptions(
            kafka: self.kafka,
            topic: self.topic,
            group: "toy-\(self.topic)",
            instance: instance,
            databaseURL: self.database,
            withoutGroup: withoutGroup
        )
        options.statementTimeout = .seconds(1)
        options.retakeAfter = 3_000
        return options
    }

    func run(
        _ board: ToyBoard = ToyBoard(),
        _ instance: String = "a",
        withoutGroup: Bool = true,
        definitionsTopic: String? = nil,
        change: (inout RunnerOptions) -> Void = { _ in }
    ) -> Runner<CountingProjection> {
        var options = self.options(instance, withoutGroup: withoutGroup)
        change(&options)
        return Runner(
            options,
            projection: CountingProjection(definitionsTopic: definitionsTopic, board: board),
            log: self.log,
            metrics: self.metrics,
            health: self.health
        )
    }

    /// The toy as a process, which dies with this one.
    func spawn(_ instance: String, withoutGroup: Bool = true, faultAt: String? = nil) throws -> ChildProcess {
        var command = ChildCommand(try toyPath())
        command.environment = [
            "TOY_BROKERS": self.kafka.brokers, "TOY_EMBEDDED": self.broker == nil ? "false" : "true",
            "TOY_TOPIC": self.topic, "TOY_GROUP": "toy-\(self.topic)", "TOY_INSTANCE": instance,
            "TOY_DATABASE": self.database, "TOY_WITHOUT_GROUP": withoutGroup ? "true" : "false",
        ]
        if let faultAt { command.environment?["FAULT_AT"] = faultAt }
        if unsafe getenv("TOY_LOG") == nil { command.error = .discarded }
        return try ChildProcess(command)
    }

    /// Whether the gauge of pausing says so.
    var isPaused: Bool {
        self.metrics.gauge(
            "apus_projection_paused",
            "1 while reading is paused because effects pile up.",
            ["projection": "toy"]
        ).value == 1
    }

    /// What a counter of the runner says; −1: there is none.
    func counter(_ name: String) -> Double {
        let lines = self.metrics.exposition().split(separator: "\n")
        let line = lines.first { $0.hasPrefix("apus_projection_\(name)_total{") }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? -1
    }

    // MARK: The books

    func query(_ sql: String) throws -> PostgresRows {
        if self.connection?.isUsable != true { self.connection = nil }
        let connection = try self.connection ?? PostgresConnection(self.database, timeout: .seconds(2))
        self.connection = connection
        return try connection.query(sql)
    }

    func number(_ sql: String) throws -> Int64 {
        try self.query(sql)[0].int64(0)
    }

    func counts() throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for row in try self.query("SELECT key, count FROM toy_counts") {
            counts[try row.text(0)] = try row.int64(1)
        }
        return counts
    }

    /// Waits until the books say exactly what was produced; history holds each identity once by its key.
    func expectExact(within limit: Duration = .seconds(15), _ location: SourceLocation = #_sourceLocation) throws {
        let isThere = eventually(within: limit) { (try? self.counts()) == self.produced }
        if !isThere {
            Issue.record("books: \(try self.counts()), produced: \(self.produced)", sourceLocation: location)
        }
        let total = self.produced.values.reduce(0, +)
        #expect(try self.number("SELECT count(*) FROM toy_history") == total, sourceLocation: location)
    }
}

/// Letters without a pattern.
func noise(_ count: Int) -> [UInt8] {
    var random = SplitMix(seed: UInt64.random(in: 0 ... .max))
    return (0..<count).map { _ in UInt8(33 + random.next() % 90) }
}

/// The toy's program lies beside the bundle of the tests.
private func toyPath() throws -> String {
    var path = CommandLine.arguments[0]
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") || argument.contains(".xctest/") {
        path = argument
    }
    while let slash = path.lastIndex(of: "/") {
        path = String(path[..<slash])
        if unsafe access("\(path)/ToyProjection", X_OK) == 0 { return "\(path)/ToyProjection" }
    }
    throw ToyMissing()
}

struct ToyMissing: Error {}
