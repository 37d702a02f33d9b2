import Events
import Kafka
import PrivateServers
import Service
import Synchronization

/// The stores that `apus up` runs itself: whichever of them the user has not pointed elsewhere.
final class Stores: Sendable {
    /// What the processes need in order to find them.
    let variables: [String: String]
    /// Whether the log is the embedded one.
    let isEmbedded: Bool

    private let broker: EmbeddedBroker?
    private let postgres: KeptServer<PrivatePostgres>?
    private let redis: KeptServer<PrivateRedis>?

    /// Starts what is needed, one after another; each is told with its duration.
    init(_ options: UpOptions, folder: DataFolder, log: MergedLog) throws(VerbError) {
        var variables: [String: String] = [:]
        if let brokers = options.brokers {
            self.broker = nil
            variables["KAFKA_BROKERS"] = brokers
        } else {
            let broker = try Self.start("broker", log) { () throws(VerbError) in try Self.makeBroker() }
            self.broker = broker
            variables["KAFKA_BROKERS"] = broker.bootstrap
            variables["APUS_EMBEDDED_BROKER"] = "true"
            variables["RESULTS_PARTITIONS"] = String(Topic.embeddedPartitions)
        }
        self.isEmbedded = options.brokers == nil
        if let database = options.database {
            self.postgres = nil
            variables["DATABASE_URL"] = database.revealed
        } else {
            let server = try Self.start("postgresql", log) { () throws(VerbError) in
                try Self.unavailable { () throws(PrivateServerError) in
                    try PrivatePostgres(folder: "\(folder.path)/postgresql", connections: 100)
                }
            }
            variables["DATABASE_URL"] = server.url()
            self.postgres = KeptServer("postgresql", server, log)
        }
        if let redis = options.redis {
            self.redis = nil
            variables["REDIS_URL"] = redis.revealed
        } else {
            let server = try Self.start("redis", log) { () throws(VerbError) in
                try Self.unavailable { () throws(PrivateServerError) in
                    try PrivateRedis(folder: "\(folder.path)/redis")
                }
            }
            variables["REDIS_URL"] = server.url()
            self.redis = KeptServer("redis", server, log)
        }
        self.variables = variables
    }

    /// Stops them, PostgreSQL last; takes a few seconds at most.
    func stop() {
        self.redis?.stop(patience: .seconds(1))
        self.postgres?.stop(patience: .seconds(1))
    }

    private static func start<Server>(
        _ name: String,
        _ log: MergedLog,
        _ make: () throws(VerbError) -> Server
    ) throws(VerbError) -> Server {
        let began = MonotonicClock.millis
        let server = try make()
        log.say("\(name) is ready after \(MonotonicClock.millis - began) ms")
        return server
    }

    private static func makeBroker() throws(VerbError) -> EmbeddedBroker {
        do throws(KafkaError) {
            let broker = try EmbeddedBroker()
            try broker.createTopic(Topic.results, partitions: Topic.embeddedPartitions)
            try broker.createTopic(Topic.monitors, partitions: Topic.shares)
            try broker.createTopic(Topic.settings, partitions: 1)
            return broker
        } catch {
            throw VerbError("the embedded broker could not be started: \(error)", code: ExitCode.unavailable)
        }
    }

    private static func unavailable<Server>(
        _ make: () throws(PrivateServerError) -> Server
    ) throws(VerbError) -> Server {
        do throws(PrivateServerError) {
            return try make()
        } catch {
            throw VerbError(error.description, code: ExitCode.unavailable)
        }
    }
}
