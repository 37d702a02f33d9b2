import Service

/// What `apus up` says when everything runs.
enum Banner {
    /// A few lines for a person: where to go, where the key lies, what the log in memory holds.
    static func text(
        url: String,
        link: SignInLink?,
        folder: String,
        newKey: Secret?,
        hasOwnKey: Bool,
        regions: Int?
    ) -> String {
        var lines = ["", "  Apus is up: \(url)", ""]
        if let link { lines += ["  \(link.words)", "  Later, 'apus user reset' shows another such link.", ""] }
        if let newKey {
            lines.append("  Your API key, shown this once: \(newKey.revealed)")
            lines.append("  It is kept in \(folder)/admin-key.")
        } else if hasOwnKey {
            lines.append("  Your API key is the one in APUS_ADMIN_KEY.")
        } else {
            lines.append("  Your API key is in \(folder)/admin-key.")
        }
        lines.append("  The settings for a further process are in \(folder)/env.")
        if let regions {
            let few = BrokerCapacity.minutes(monitors: 100, interval: 60, regions: regions)
            let many = BrokerCapacity.minutes(monitors: 10_000, interval: 60, regions: regions)
            lines.append("  The log is in memory: it holds \(few) minutes of results of 100 monitors checked each")
            lines.append("  minute, or \(many) minutes of 10,000. KAFKA_BROKERS names a Kafka that keeps more.")
        }
        lines += ["  Ctrl-C ends everything.", ""]
        return lines.map { $0 + "\n" }.joined()
    }
}
