import Crypto
import Events
import Glibc
import Kafka
import Postgres
import PrivateServers
import Projections
import Schema
import Service
import TestServers
import Testing

@testable import Alerter

/// A broker with the three topics, a database, a receiver, and a log that a test writes by hand.
final class AlerterWorld {
    let database: String
    let receiver = WebhookReceiver()
    let kafka: KafkaSettings
    /// `nil`: the log lies on a real Kafka.
    let broker: EmbeddedBroker?
    let key = SecretKey()
    let signingSecret = "whsec_" + Base64.encode(Array("a secret of thirty-two bytes....".utf8))
    /// The log's time, Unix ms: a minute and more ago, so that a test may let it pass.
    var now = WallClock.millis - 100_000
    private let producer: Producer
    private var connection: PostgresConnection?
    private let log = Log(
        process: "test",
        level: unsafe getenv("ALERTER_LOG") == nil ? .error : .debug,
        format: .logfmt
    )

    init(server: PostgresServer? = nil, real: RealKafka? = nil) throws {
        self.database = try server?.database() ?? PostgresServer.database()
        let topics = [(Topic.results, Topic.embeddedPartitions), (Topic.monitors, Topic.shares), (Topic.settings, 1)]
        if let real {
            self.broker = nil
            self.kafka = KafkaSettings(brokers: real.bootstrap)
            let admin = try TopicAdmin(self.kafka)
            for (name, count) in topics { try admin.create(TopicAdmin.Topic(name, partitions: count)) }
        } else {
            let broker = try EmbeddedBroker()
            for (name, count) in topics { try broker.createTopic(name, partitions: count) }
            self.broker = broker
            self.kafka = KafkaSettings(brokers: broker.bootstrap, isEmbedded: true)
        }
        self.producer = try Producer(self.kafka)
        try Schema.migrate(PostgresConnection(self.database))
    }

    deinit {
        self.receiver.stop()
    }

    // MARK: The alerter

    func options(_ instance: String = "a") -> Alerter.Options {
        var runner = RunnerOptions(
            kafka: self.kafka,
            topic: Topic.results,
            group: "alerter",
            instance: instance,
            databaseURL: self.database,
            withoutGroup: true
        )
        runner.statementTimeout = .seconds(1)
        var options = Alerter.Options(runner: runner, secretKey: self.key)
        options.publicURL = "https://apus.example"
        options.silence = 0
        options.backoff.pauses = [50, 100, 200]
        return options
    }

    func start(health: Health = Health(), _ change: (inout Alerter.Options) -> Void = { _ in }) throws -> Alerter {
        var options = self.options()
        change(&options)
        return try Alerter(options, log: self.log, metrics: Metrics(), health: health)
    }

    /// The alerter as a process, which dies with this one; without an instance it is the supervisor's only one.
    func spawn(instance: String? = nil, isGrouped: Bool = false, faultAt: String? = nil) throws -> ChildProcess {
        var command = ChildCommand(try alerterPath())
        var environment = [
            "KAFKA_BROKERS": self.kafka.brokers, "APUS_EMBEDDED_BROKER": "\(self.broker != nil)",
            "DATABASE_URL": self.database, "APUS_SECRET_KEY": self.key.base64,
            "APUS_WITHOUT_GROUP": "\(!isGrouped)", "HEALTH_LISTEN": "127.0.0.1:0", "LOG_LEVEL": "debug",
        ]
        environment["INSTANCE_ID"] = instance
        environment["FAULT_AT"] = faultAt
        command.environment = environment
        if unsafe getenv("ALERTER_LOG") == nil { command.error = .discarded }
        return try ChildProcess(command)
    }

    // MARK: Settings

    func channel(
        _ id: Int64,
        _ path: String? = nil,
        url: String? = nil,
        type: Channel.Kind = .webhook,
        isDefault: Bool = true,
        enabled: Bool = true,
        createdAt: Int64 = 1_577_836_800_000,
        generation: Int64 = 1
    ) throws {
        let channel = self.makeChannel(id, path, url, type, isDefault, enabled, createdAt, generation)
        var value: [UInt8] = []
        channel.encode(into: &value)
        try self.send(OutgoingRecord(topic: Topic.settings, key: Array(channel.key.utf8), value: value))
        self.flush()
    }

    /// A channel that the gateway's table knows and the log does not.
    func saveChannel(_ id: Int64) throws {
        let channel = self.makeChannel(id, nil, nil, .webhook, true, true, 1_577_836_800_000, 1)
        var value: [UInt8] = []
        channel.encode(into: &value)
        let text = String(decoding: value, as: UTF8.self)
        _ = try self.query(
            """
            INSERT INTO channels (id, generation, name, type, is_default, enabled, definition)
            OVERRIDING SYSTEM VALUE VALUES (\(id), 1, 'x\(id)', 'webhook', true, true, '\(text)')
            """
        )
    }

    private func makeChannel(
        _ id: Int64,
        _ path: String?,
        _ url: String?,
        _ type: Channel.Kind,
        _ isDefault: Bool,
        _ enabled: Bool,
        _ createdAt: Int64,
        _ generation: Int64
    ) -> Channel {
        let secrets = ChannelSecrets(
            url: url ?? self.receiver.url(path ?? "/\(id)"),
            signingSecret: type == .webhook ? self.signingSecret : nil
        )
        var clear: [UInt8] = []
        secrets.encode(into: &clear)
        return Channel(
            id: id,
            name: "channel \(id)",
            type: type,
            isDefault: isDefault,
            enabled: enabled,
            sealed: Base64.encode(self.key.seal(clear)),
            createdAt: createdAt,
            generation: generation
        )
    }

    // MARK: The log

    /// A monitor that one failure brings down and one success up again.
    func monitor(
        _ id: Int64 = 1,
        channels: [Int64]? = nil,
        enabled: Bool = true,
        generation: Int64 = 1,
        reminderInterval: Int64? = nil
    ) throws {
        let monitor = Monitor(
            id: id,
            name: "Shop <\(id)>",
            target: "https://shop.example/\(id)?a=1&b=2",
            check: .tcp(.init()),
            interval: 10_000,
            failureThreshold: 1,
            recoveryThreshold: 1,
            channels: channels,
            reminderInterval: reminderInterval,
            enabled: enabled,
            generation: generation,
            createdAt: self.now,
            updatedAt: self.now
        )
        try self.send(.change(.defined(monitor)))
        self.flush()
    }

    func delete(_ id: Int64 = 1, generation: Int64 = 2) throws {
        self.now += 1_000
        try self.send(.change(.deleted(monitor: id, generation: generation, at: self.now)))
        self.flush()
    }

    func result(_ outcome: Outcome, of id: Int64 = 1, generation: Int64 = 1, region: String = "eu") throws {
        self.now += 1_000
        let share = Partitioning.share(of: id)
        try self.send(.pulse(Pulse(region: region, share: share, time: self.now, pinger: "p")), share: share)
        try self.send(
            .result(
                CheckResult(
                    monitor: id,
                    region: region,
                    slot: self.now,
                    startedAt: self.now,
                    outcome: outcome,
                    reason: outcome == .down ? .status : nil,
                    code: outcome == .down ? 503 : 200,
                    detail: outcome == .down ? "status 503 & more" : nil,
                    pinger: "p",
                    generation: generation
                )
            )
        )
        self.flush()
    }

    func send(_ record: Record, share: Int? = nil) throws {
        var value: [UInt8] = []
        record.encode(into: &value)
        var headers: [OutgoingRecord.Header] = []
        if let kind = record.kind { headers.append(.init(Topic.kindHeader, kind)) }
        try self.send(
            OutgoingRecord(
                topic: Topic.results,
                partition: share.map { Int32(Partitioning.partition(ofShare: $0, count: Topic.embeddedPartitions)) },
                key: record.monitor.map { Array(String($0).utf8) },
                value: value,
                headers: headers
            )
        )
    }

    func send(_ record: OutgoingRecord) throws {
        try self.producer.send(record)
    }

    func flush() {
        #expect(self.producer.flush(milliseconds: 10_000))
        #expect(self.producer.statistics.failed == 0)
    }

    // MARK: What is seen

    func query(_ sql: String) throws -> PostgresRows {
        if self.connection?.isUsable != true { self.connection = nil }
        let connection = try self.connection ?? PostgresConnection(self.database, timeout: .seconds(2))
        self.connection = connection
        return try connection.query(sql)
    }

    func number(_ sql: String) throws -> Int64 {
        try self.query(sql)[0].int64(0)
    }

    /// How many deliveries are in a state.
    func deliveries(_ state: String) -> Int64 {
        (try? self.number("SELECT count(*) FROM deliveries WHERE state = '\(state)'")) ?? -1
    }

    /// The types of what came to a path, in order.
    func types(_ path: String = "/1") -> [String] {
        self.receiver.notices(path).map { notice in
            String(notice.body.split(separator: "\"").dropFirst(3).first ?? "")
        }
    }

    /// Waits until exactly these types came to a path; more of them is a failure too.
    func expect(
        _ types: [String],
        at path: String = "/1",
        within limit: Duration = .seconds(10),
        _ location: SourceLocation = #_sourceLocation
    ) {
        let isThere = eventually(within: limit) { self.types(path) == types }
        if !isThere { Issue.record("came: \(self.types(path)), expected: \(types)", sourceLocation: location) }
    }
}

let opened = "incident.opened"
let resolved = "incident.resolved"

/// The program lies beside the bundle of the tests.
private func alerterPath() throws -> String {
    var path = CommandLine.arguments[0]
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") || argument.contains(".xctest/") {
        path = argument
    }
    while let slash = path.lastIndex(of: "/") {
        path = String(path[..<slash])
        if unsafe access("\(path)/alerter", X_OK) == 0 { return "\(path)/alerter" }
    }
    throw AlerterMissing()
}

struct AlerterMissing: Error {}
