import Crypto
import JSON

/// The channel that `apus add --webhook URL` makes or finds again.
///
/// The API never tells a channel's URL, so a channel is known by its name: the URL's host and a fingerprint, which
/// keeps apart two URLs of one host without giving either away.
struct WebhookChannel {
    /// The channel's id.
    let id: Int64
    /// Its name.
    let name: String
    /// What signs its messages, if it was made just now and signs them.
    let secret: String?
    /// Whether it was there before.
    let isReused: Bool

    /// Finds the channel of this URL, or makes it.
    static func obtain(_ url: String, _ client: GatewayClient) throws(VerbError) -> WebhookChannel {
        let name = try Self.name(of: url)
        let known = try client.all("/api/v1/channels").first { $0.text("name") == name }
        if let id = known?.integer("id") { return WebhookChannel(id: id, name: name, secret: nil, isReused: true) }
        var body = JSONWriter()
        body.beginObject()
        body.member("name", name)
        body.member("type", Self.type(of: url))
        body.member("url", url)
        body.endObject()
        guard case .object(let made) = try client.post("/api/v1/channels", body.bytes).document,
            let id = made.integer("id")
        else { throw VerbError("the gateway's answer names no channel", code: 1) }
        return WebhookChannel(id: id, name: name, secret: made.text("secret"), isReused: false)
    }

    /// `hooks.example.com 3f2a91c0`.
    static func name(of url: String) throws(VerbError) -> String {
        let print = Hex.encode(BLAKE2b.hash(Array(url.utf8), length: 16).prefix(4).map { $0 })
        return "\(try ProbeTarget(url, type: "http").host) \(print)"
    }

    /// Slack and Discord take only their own formats.
    static func type(of url: String) -> String {
        let url = url.lowercased()
        if url.hasPrefix("https://hooks.slack.com/") { return "slack" }
        let isDiscord = ["https://discord.com/api/webhooks/", "https://discordapp.com/api/webhooks/"].contains {
            url.hasPrefix($0)
        }
        return isDiscord ? "discord" : "webhook"
    }
}
