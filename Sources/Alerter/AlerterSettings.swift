import Crypto
import Kafka
import Networking
import Service

/// What an alerter needs to know.
struct AlerterSettings: Sendable {
    /// Where the log is.
    let broker: BrokerSettings
    /// Where the books are.
    let database: String
    /// Where people find Apus, for links in notifications, without a slash at the end; `nil`: no links.
    let publicURL: String?
    /// Which addresses notifications may be sent to.
    let policy: AddressPolicy
    /// Opens the secrets of channels.
    let secretKey: SecretKey
    /// After how many milliseconds without any record people are told; 0: never.
    let silence: Int64
    /// How long what is over is kept.
    let retention: IncidentRetention
    /// The supervisor's flag: all partitions are read without joining the group.
    let withoutGroup: Bool

    /// Declares and reads them.
    init(reading settings: inout SettingsReader) {
        self.broker = BrokerSettings(reading: &settings)
        let database: Secret = settings.required("DATABASE_URL", .secret, "PostgreSQL, as a libpq URL.")
        self.database = database.revealed
        self.publicURL = settings.optional(
            "APUS_PUBLIC_URL",
            .text,
            "Where people find Apus: the beginning of the links in notifications."
        ).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.policy = settings.value(
            "ADDRESS_POLICY",
            .word,
            default: AddressPolicy.any,
            "Which addresses notifications may go to; public: none of private networks. Metadata addresses never."
        )
        self.silence =
            settings.value(
                "ALERTER_SILENCE",
                .integer(0...86_400),
                default: 120,
                "After how many seconds without any record the default channels are told; 0: never."
            ) * 1_000
        var retention = IncidentRetention()
        retention.incidents = settings.optional(
            "RETENTION_INCIDENTS",
            .integer(1...36_500),
            "How many days incidents are kept after their end; not set: for ever."
        )
        retention.deliveries = settings.value(
            "RETENTION_DELIVERIES",
            .integer(7...36_500),
            default: retention.deliveries,
            "How many days announcements and their ended deliveries are kept, dead ones too; not less than the log."
        )
        retention.leftovers = settings.value(
            "RETENTION_DEAD_LETTERS",
            .integer(1...36_500),
            default: retention.leftovers,
            "How many days dead letters and gaps of the log are kept."
        )
        self.retention = retention
        self.withoutGroup = settings.value(
            "APUS_WITHOUT_GROUP",
            .flag,
            default: false,
            "For supervisors only: reads all partitions without joining the consumer group."
        )
        self.secretKey = settings.secretKey()
    }

    /// How the alerter reaches the log.
    var kafka: KafkaSettings {
        KafkaSettings(
            brokers: self.broker.brokers,
            properties: self.broker.properties,
            isEmbedded: self.broker.isEmbedded,
            clientID: "alerter"
        )
    }
}
