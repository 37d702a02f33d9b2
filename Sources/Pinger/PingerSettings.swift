import Crypto
import Kafka
import Networking
import Service

/// What a pinger needs to know.
struct PingerSettings: Sendable {
    /// Where the log is.
    let broker: BrokerSettings
    /// The region that this pinger watches from.
    let region: String
    /// Reference targets that tell a blind region from a broken world; none: failures stand by themselves.
    let canaries: [String]
    /// Which addresses may be probed.
    let policy: AddressPolicy
    /// Opens the secrets of definitions.
    let secretKey: SecretKey
    /// How many event loops probe, each on a thread of its own; 0: one for each core.
    let loops: Int

    /// Declares and reads them.
    init(reading settings: inout SettingsReader) {
        self.broker = BrokerSettings(reading: &settings)
        self.region = settings.value(
            "PINGER_REGION",
            SettingType(
                expectation: "1 to 32 characters of a-z, 0-9 and -, and not \"push\"",
                placeholder: "local",
                parse: { PingerSettings.isRegion($0) ? $0 : nil },
                show: { $0 }
            ),
            default: "local",
            "The region that this pinger watches from; pingers of one region share its work."
        )
        self.canaries = settings.value(
            "PINGER_CANARIES",
            .list,
            default: [],
            "URLs or host:port of reference targets; while none of them answers, a failure without an answer is unknown."
        )
        self.policy = settings.value(
            "ADDRESS_POLICY",
            .word,
            default: AddressPolicy.any,
            "Which addresses may be probed; public: none of private networks. Metadata addresses never are."
        )
        self.secretKey = settings.secretKey()
        self.loops = Int(
            settings.value(
                "PINGER_LOOPS",
                .integer(0...64),
                default: 0,
                "Event loops that probe; 0: one for each core."
            )
        )
    }

    /// How the pinger reaches the log.
    var kafka: KafkaSettings {
        KafkaSettings(
            brokers: self.broker.brokers,
            properties: self.broker.properties,
            isEmbedded: self.broker.isEmbedded,
            clientID: "pinger-\(self.region)"
        )
    }

    private static func isRegion(_ name: String) -> Bool {
        guard (1...32).contains(name.utf8.count), name != "push" else { return false }
        return name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d }
    }
}
