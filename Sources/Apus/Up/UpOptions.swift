import Service

/// What `apus up` was told on its command line and by its environment.
struct UpOptions: Sendable {
    /// The data folder as given.
    let data: String
    /// Where the gateway is to listen.
    let listen: HostAndPort
    /// The region of each pinger.
    let regions: [String]
    /// Brokers of one's own instead of the embedded one.
    let brokers: String?
    /// A database of one's own.
    let database: Secret?
    /// A Redis of one's own.
    let redis: Secret?
    /// A key of one's own for sealing.
    let secretKey: Secret?
    /// A first administrator's key of one's own.
    let adminKey: Secret?
    /// What links in notifications begin with.
    let publicURL: String?
    /// The path below which the gateway serves, as it reads it; empty: the root.
    let basePath: String
    /// How the merged log is written.
    let logFormat: LogFormat

    /// Reads both; all problems of the environment are reported at once.
    init(_ arguments: VerbArguments, environment: [String: String]) throws(VerbError) {
        self.data = arguments.value("--data") ?? ".apus"
        let listen = arguments.value("--listen") ?? "127.0.0.1:8080"
        guard let address = HostAndPort(listen) else {
            throw VerbError("--listen: expected HOST:PORT as 127.0.0.1:8080, found '\(listen)'", code: ExitCode.usage)
        }
        // The gateway takes numeric addresses.
        let host = address.host.isEmpty ? "0.0.0.0" : address.host == "localhost" ? "127.0.0.1" : address.host
        self.listen = HostAndPort(host: host, port: address.port)
        self.regions = arguments.all("--region").isEmpty ? ["local"] : arguments.all("--region")
        for region in self.regions where !Self.isRegion(region) {
            throw VerbError(
                "--region: expected 1 to 32 small letters, digits and dashes, and not push, found '\(region)'",
                code: ExitCode.usage
            )
        }
        var reader = SettingsReader(environment: environment)
        self.brokers = reader.optional("KAFKA_BROKERS", .text, "Brokers of your own.")
        self.database = reader.optional("DATABASE_URL", .secret, "A PostgreSQL of your own.")
        self.redis = reader.optional("REDIS_URL", .secret, "A Redis of your own.")
        self.secretKey = reader.optional("APUS_SECRET_KEY", .secret, "The key that seals secrets.")
        self.adminKey = reader.optional("APUS_ADMIN_KEY", .secret, "The first administrator's API key.")
        self.publicURL = reader.optional("APUS_PUBLIC_URL", .text, "What links begin with.")
        let path = reader.value("GATEWAY_BASE_PATH", .text, default: "", "The path below which the gateway serves.")
        // What is no path the gateway itself complains of.
        self.basePath = path.hasSuffix("/") ? String(path.dropLast()) : path
        self.logFormat = reader.value("LOG_FORMAT", .word, default: .auto, "How the log is written.")
        guard reader.problems.isEmpty else {
            let lines = reader.problems.map { "  \($0)" }.joined(separator: "\n")
            throw VerbError("settings are wrong:\n" + lines, code: ExitCode.configuration)
        }
    }

    private static func isRegion(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 32 && name != "push"
            && name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }
}
