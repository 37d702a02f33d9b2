import Crypto
import HTTPServer
import Kafka
import Networking
import Service

/// What a gateway needs to know.
struct GatewaySettings: Sendable {
    /// Where the log is.
    let broker: BrokerSettings
    /// PostgreSQL's address.
    let database: Secret
    /// Redis's address.
    let redis: Secret
    /// Seals secrets at rest and on the log, and makes fingerprints of keys.
    let secretKey: SecretKey
    /// The first admin's key; `nil`: only keys of the table open the door.
    let adminKey: Secret?
    /// Where people find Apus, without a slash at its end; `nil`: where they asked.
    let publicURL: String?
    /// How long sessions live.
    let sessions: Credentials.SessionLimits
    /// How many days entries of the audit log are kept.
    let auditRetention: Int64
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    let proxies: [IPNetwork]
    /// How many requests a minute are answered.
    let rates: RateLimits.Rates
    /// Whose pages may read the API's answers.
    let crossOrigins: [String]
    /// Who may use the routes that take HTTP Basic; `nil`: nobody by that way.
    let basicUser: BasicUser?
    /// Of how many monitors `/metrics` tells at most; 0: of none.
    let metricsMonitors: Int64
    /// How the routes of sites behave.
    let sites: SiteSettings
    /// In about how many steps `GET /api/live` shows a range.
    let livePoints: Int
    /// Where the API is served.
    let listen: HostAndPort
    /// Which addresses channels and targets may name outright.
    let policy: AddressPolicy
    /// Below which path everything is served, such as `/apus`; empty: at the root.
    let basePath: String
    /// Where the files of the dashboard lie.
    let webFolder: String
    /// Where the pages of the API's description lie.
    let apiDocsFolder: String
    /// Where the libraries of the dashboard lie.
    let javascriptFolder: String

    /// Declares and reads them.
    init(reading settings: inout SettingsReader) {
        self.broker = BrokerSettings(reading: &settings)
        self.database = settings.required(
            "DATABASE_URL",
            .secret,
            "PostgreSQL, as postgresql://user:password@host/database; also with a Unix socket's folder as ?host=."
        )
        self.redis = settings.required("REDIS_URL", .secret, "Redis, as redis://host:port/number or unix:///path.")
        self.secretKey = settings.secretKey()
        self.adminKey = settings.optional(
            "APUS_ADMIN_KEY",
            .secret,
            "A key of the API with all rights, at least 16 characters; for the first minute and for emergencies."
        )
        self.publicURL = settings.optional(
            "APUS_PUBLIC_URL",
            .text,
            "Where people find Apus: the beginning of sign-in links. With https, cookies are sent over TLS only."
        ).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.sessions = Self.sessionLimits(reading: &settings)
        self.auditRetention = settings.value(
            "RETENTION_AUDIT",
            .integer(1...36_500),
            default: 400,
            "How many days entries of the audit log are kept."
        )
        self.metricsMonitors = settings.value(
            "METRICS_MONITORS",
            .integer(0...1_000_000),
            default: 10_000,
            "Of how many monitors /metrics tells at most; 0: of none."
        )
        self.proxies = Self.proxies(reading: &settings)
        self.rates = Self.rates(reading: &settings)
        self.crossOrigins = Self.crossOrigins(reading: &settings)
        self.basicUser = Self.basicUser(reading: &settings)
        self.sites = SiteSettings(reading: &settings)
        self.livePoints = Int(
            settings.value(
                "TARGET_DATA_POINTS",
                .integer(2...300),
                default: 30,
                "In about how many steps GET /api/live shows a range."
            )
        )
        let listen = settings.value(
            "GATEWAY_LISTEN",
            .hostAndPort,
            default: "0.0.0.0:8080",
            "Where the API is served; port 0 lets the kernel choose."
        )
        self.listen = HostAndPort(listen) ?? HostAndPort(host: "0.0.0.0", port: 8_080)
        self.policy = settings.value(
            "ADDRESS_POLICY",
            .word,
            default: AddressPolicy.any,
            "Which addresses monitors and channels may name; public: none of private networks. Metadata addresses never."
        )
        self.basePath = settings.value(
            "GATEWAY_BASE_PATH",
            .basePath,
            default: "",
            "The path below which a proxy passes everything on, unchanged, such as /apus."
        )
        self.webFolder =
            settings.optional(
                "WEB_FOLDER",
                .text,
                "The dashboard's files; by default ../share/apus/web beside the program, or the checkout's Web."
            ) ?? WebFolder.default(installed: "web", checkout: "Web")
        self.apiDocsFolder =
            settings.optional(
                "API_DOCS_FOLDER",
                .text,
                "The files of /docs and /redoc; by default ../share/apus/api-docs beside the program, or .build/api-docs."
            ) ?? WebFolder.default(installed: "api-docs", checkout: ".build/api-docs")
        self.javascriptFolder = settings.value(
            "JAVASCRIPT_FOLDER",
            .text,
            default: "/usr/share/javascript",
            "Where bootstrap5 and chart.js lie, as Debian's packages install them."
        )
        if let admin = self.adminKey, admin.revealed.utf8.count < 16 {
            settings.complain(
                "APUS_ADMIN_KEY",
                expected: "at least 16 characters",
                found: "\(admin.revealed.utf8.count)",
                remedy: "use a longer, random one"
            )
        }
    }

    private static func sessionLimits(reading settings: inout SettingsReader) -> Credentials.SessionLimits {
        let idle = settings.value(
            "SESSION_IDLE",
            .integer(1...31_536_000),
            default: 604_800,
            "After how many seconds without a request a browser's session ends."
        )
        let lifetime = settings.value(
            "SESSION_LIFETIME",
            .integer(1...31_536_000),
            default: 2_592_000,
            "After how many seconds a browser's session ends in any case."
        )
        return Credentials.SessionLimits(idle: idle * 1_000, lifetime: lifetime * 1_000)
    }

    private static func proxies(reading settings: inout SettingsReader) -> [IPNetwork] {
        let list = settings.value(
            "TRUSTED_PROXIES",
            .list,
            default: [],
            "Addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
        )
        for text in list where IPNetwork(text) == nil {
            settings.complain(
                "TRUSTED_PROXIES",
                expected: "addresses and networks with commas between",
                found: "'\(text)'",
                remedy: "write 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32"
            )
        }
        return list.compactMap(IPNetwork.init)
    }

    private static func rates(reading settings: inout SettingsReader) -> RateLimits.Rates {
        func rate(_ name: String, _ fallback: Int64, _ whose: String) -> Int64 {
            settings.value(
                name,
                .integer(0...60_000_000),
                default: fallback,
                "How many requests a minute \(whose) may make; 0: as many as they like."
            )
        }
        return RateLimits.Rates(
            person: rate("REQUESTS_PER_PERSON", 12_000, "a person"),
            key: rate("REQUESTS_PER_KEY", 60_000, "an API key"),
            address: rate("REQUESTS_PER_ADDRESS", 1_200, "an address from which nobody is signed in")
        )
    }

    private static func crossOrigins(reading settings: inout SettingsReader) -> [String] {
        let list = settings.value(
            "CORS_ORIGINS",
            .list,
            default: [],
            "Origins (https://status.example.com) whose pages may read the API's answers with a key; * allows all."
        )
        // A pattern would fit nothing: browsers send whole origins.
        for text in list where text != "*" && (text.contains("*") || SameOrigin.origin(text) != text.lowercased()) {
            settings.complain(
                "CORS_ORIGINS",
                expected: "origins with commas between, or *",
                found: "'\(text)'",
                remedy: "write scheme, host and port only, such as https://status.example.com"
            )
        }
        return list
    }

    private static func basicUser(reading settings: inout SettingsReader) -> BasicUser? {
        let name = settings.optional(
            "VALID_USERNAME",
            .text,
            "The user of the routes that take HTTP Basic, with VALID_PASSWORD."
        )
        let password = settings.optional("VALID_PASSWORD", .secret, "The password of VALID_USERNAME.")
        if (name == nil) != (password == nil) {
            settings.complain(
                name == nil ? "VALID_USERNAME" : "VALID_PASSWORD",
                expected: "both VALID_USERNAME and VALID_PASSWORD, or neither",
                found: "one of them",
                remedy: "set the other as well"
            )
        }
        guard let name, let password else { return nil }
        if name.contains(":") {
            settings.complain(
                "VALID_USERNAME",
                expected: "a name without a colon (RFC 7617)",
                found: "'\(name)'",
                remedy: "leave the colon out"
            )
        }
        return BasicUser(name: name, password: password)
    }

    /// How the gateway reaches the log.
    var kafka: KafkaSettings {
        KafkaSettings(
            brokers: self.broker.brokers,
            properties: self.broker.properties,
            isEmbedded: self.broker.isEmbedded,
            clientID: "gateway"
        )
    }
}

extension SettingType where Value == String {
    /// The path of a URL, with a slash in front and none behind; `/` is none.
    fileprivate static var basePath: Self {
        Self(
            expectation: "a path such as /apus",
            placeholder: "",
            parse: { text in
                let segments = text.split(separator: "/")
                let isPlain = segments.allSatisfy { segment in
                    segment != "." && segment != ".."
                        && segment.utf8.allSatisfy { byte in
                            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                                || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
                        }
                }
                guard text.hasPrefix("/"), isPlain else { return nil }
                return segments.map { "/" + $0 }.joined()
            },
            show: { $0.isEmpty ? "none" : $0 }
        )
    }
}
