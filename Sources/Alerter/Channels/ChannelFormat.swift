import Events
import HTTPClient

/// How a kind of channel is spoken to: one type per kind, one file per type, one case in ``Channel/Kind/format``.
protocol ChannelFormat: Sendable {
    /// The request that tells the announcement; `nil`: the channel lacks what it needs.
    ///
    /// The body must come out the same for every attempt; `now` (Unix ms) is for signatures.
    func request(_ announcement: Announcement, webhookID: String, to secrets: ChannelSecrets, now: Int64)
        -> ChannelRequest?

    /// How long the receiver wants to be left alone, ms, where its answer says so in a way of its own; `nil`: it does not.
    func wait(_ outcome: HTTPOutcome) -> Int64?
}

extension ChannelFormat {
    func wait(_ outcome: HTTPOutcome) -> Int64? { nil }
}

/// What is posted.
struct ChannelRequest: Sendable, Hashable {
    var url: String
    var headers: [HTTPHeader] = []
    var body: [UInt8]
}

extension Channel.Kind {
    /// The kind's own way.
    var format: any ChannelFormat {
        switch self {
        case .webhook: WebhookFormat()
        case .slack: SlackFormat()
        case .discord: DiscordFormat()
        }
    }

    /// Whether it is told when the watching of a monitor that names it begins and ends.
    var hearsOfMonitoring: Bool { self == .discord }
}
