import Service

/// How the routes of sites behave.
struct SiteSettings: Sendable {
    /// Requests of one user within ``rateWindow``.
    let rateLimit: Int
    /// Milliseconds.
    let rateWindow: Int64
    /// How long the check of a new site may take, ms.
    let timeout: Int64

    /// Declares and reads them.
    init(reading settings: inout SettingsReader) {
        self.rateLimit = Int(
            settings.value(
                "RATE_LIMIT",
                .integer(1...1_000_000),
                default: 100,
                "How many requests to /sites and /webhooks a user may make within RATE_WINDOW."
            )
        )
        self.rateWindow =
            settings.value("RATE_WINDOW", .integer(1...86_400), default: 60, "The length of that window in seconds.")
            * 1_000
        self.timeout =
            settings.value(
                "DEFAULT_TIMEOUT_SECONDS",
                .integer(1...300),
                default: 10,
                "How many seconds the check of a site that is added through /sites may take."
            ) * 1_000
    }
}
