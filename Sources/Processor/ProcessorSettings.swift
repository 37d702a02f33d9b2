import History
import Kafka
import Redis
import Service

/// What a processor needs to know.
struct ProcessorSettings: Sendable {
    /// Where the log is.
    let broker: BrokerSettings
    /// The books.
    let database: Secret
    /// Where the latest status is shown.
    let redis: RedisURL
    /// How long history is kept.
    let retention: Retention
    /// How many days dead letters and gaps of the log are kept.
    let leftovers: Int64
    /// Whether all partitions are read without joining the consumer group, until somebody fences this one.
    let withoutGroup: Bool

    /// Declares and reads them.
    init(reading settings: inout SettingsReader) {
        self.broker = BrokerSettings(reading: &settings)
        self.database = settings.required(
            "DATABASE_URL",
            .secret,
            "PostgreSQL, as postgresql://user:password@host:port/database."
        )
        let redis: Secret = settings.required(
            "REDIS_URL",
            .secret,
            "Redis, as redis://host:port/number or unix:///path."
        )
        self.redis = ProcessorSettings.redis(redis, &settings)
        func days(_ name: String, _ fallback: Int64, _ what: String) -> Int64 {
            settings.value(name, .integer(1...36_500), default: fallback, "How many days \(what) are kept.")
        }
        var retention = Retention()
        retention.results = days("RETENTION_RESULTS", retention.results, "single results")
        retention.minutes = days("RETENTION_MINUTES", retention.minutes, "sums of minutes")
        retention.hours = days("RETENTION_HOURS", retention.hours, "sums of hours")
        retention.days = settings.optional(
            "RETENTION_DAYS",
            .integer(1...36_500),
            "How many days sums of days are kept; not set: for ever."
        )
        retention.spans = settings.optional(
            "RETENTION_SPANS",
            .integer(90...36_500),
            "How many days it is kept what monitors were, from which availability is read; not set: for ever."
        )
        self.retention = retention
        self.leftovers = days("RETENTION_DEAD_LETTERS", 30, "dead letters and gaps of the log")
        self.withoutGroup = settings.value(
            "APUS_WITHOUT_GROUP",
            .flag,
            default: false,
            "Whether all partitions are read without joining the consumer group, as under a supervisor."
        )
    }

    /// How the processor reaches the log.
    var kafka: KafkaSettings {
        KafkaSettings(
            brokers: self.broker.brokers,
            properties: self.broker.properties,
            isEmbedded: self.broker.isEmbedded,
            clientID: "processor"
        )
    }

    private static func redis(_ text: Secret, _ settings: inout SettingsReader) -> RedisURL {
        do throws(RedisError) {
            return try RedisURL(text.revealed.isEmpty ? "redis://localhost" : text.revealed)
        } catch {
            settings.complain(
                "REDIS_URL",
                expected: "redis://host:port/number or unix:///path",
                found: "something else (not shown)",
                remedy: error.message
            )
            return Self.nowhere
        }
    }

    // The literal is valid; it only stands in until the problem is reported.
    private static var nowhere: RedisURL {
        guard let url = try? RedisURL("redis://localhost") else { preconditionFailure("a valid URL was refused") }
        return url
    }
}
