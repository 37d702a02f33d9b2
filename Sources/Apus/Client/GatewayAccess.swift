import Service

/// Where the gateway is and with which key it is spoken to.
struct GatewayAccess: Equatable {
    /// The address up to the path, as `http://127.0.0.1:8080`, without a slash at its end.
    let url: String
    /// The API key.
    let key: Secret

    /// The options that every verb takes that speaks to the gateway.
    static let options = [
        VerbOption("--data", value: "FOLDER", "The data folder of 'apus up', which knows both. Default: .apus."),
        VerbOption("--url", value: "GATEWAY", "Where the gateway is, as http://127.0.0.1:8080."),
        VerbOption("--key", value: "KEY", "The API key; the environment hides it better from other users."),
    ]

    /// How it is found, for manual pages.
    static let description = """
        The gateway and the key are looked for in the options, in APUS_URL and APUS_ADMIN_KEY of the environment, and \
        in the file env that 'apus up' keeps in its data folder while it runs.
        """

    /// Finds both: options first, then the environment, then `<data>/env`; `--data` puts that file before the
    /// environment.
    ///
    /// The file's key is used for the file's address only: it must not be sent anywhere else.
    static func find(
        _ arguments: VerbArguments,
        environment: [String: String],
        readFile: (String) -> String? = { readText(path: $0) }
    ) throws(VerbError) -> GatewayAccess {
        let folder = arguments.value("--data") ?? ".apus"
        let file = readFile("\(folder)/env").map(EnvironmentFile.variables) ?? [:]
        let sources = arguments.has("--data") ? [file, environment] : [environment, file]
        let given = arguments.value("--url") ?? sources.compactMap { Self.filled($0["APUS_URL"]) }.first
        guard let given else {
            throw VerbError(
                "Apus does not run here: \(folder)/env is missing, and neither --url nor APUS_URL names a gateway",
                hint: "Start it with scripts/up, or name the gateway with --url and --key.",
                code: ExitCode.unavailable
            )
        }
        let url = try Self.normal(given)
        let isOfFile = file["APUS_URL"].map { Self.trimmed($0) } == url
        let keys = [
            arguments.value("--key"),
            arguments.has("--data") && isOfFile ? Self.filled(file["APUS_ADMIN_KEY"]) : nil,
            Self.filled(environment["APUS_ADMIN_KEY"]),
            isOfFile ? Self.filled(file["APUS_ADMIN_KEY"]) : nil,
        ]
        guard let key = keys.compactMap({ $0 }).first else {
            throw VerbError(
                "no API key for \(url): neither --key nor APUS_ADMIN_KEY is given",
                hint: "'apus up' showed one at its first start and keeps it in the file admin-key of its data folder.",
                code: ExitCode.configuration
            )
        }
        // A header line can't carry anything else.
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw VerbError("the API key holds characters that no key has", code: ExitCode.configuration)
        }
        return GatewayAccess(url: url, key: Secret(key))
    }

    private static func normal(_ url: String) throws(VerbError) -> String {
        let lower = url.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://"), !url.contains(where: \.isWhitespace) else {
            throw VerbError("--url: expected an address as http://127.0.0.1:8080, found '\(url)'", code: ExitCode.usage)
        }
        return Self.trimmed(url)
    }

    private static func trimmed(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    private static func filled(_ text: String?) -> String? {
        text?.isEmpty == false ? text : nil
    }
}
