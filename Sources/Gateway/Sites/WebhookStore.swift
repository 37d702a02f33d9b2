import Crypto
import Events
import Postgres

/// The webhooks of sites: Discord channels that sites name.
///
/// A channel that several sites name is a webhook of each, under one id. Those of a site that is deleted go once they
/// were told so (``UnnamedWebhooks``).
struct WebhookStore: Sendable {
    /// One channel of one site.
    struct Webhook: Sendable, Equatable {
        let id: Int64
        let site: Int64
        let url: String
    }

    private let pool: PostgresPool
    private let monitors: MonitorStore
    private let channels: ChannelStore
    private let sealer: Sealer

    /// The webhooks among the channels that monitors name.
    init(_ pool: PostgresPool, monitors: MonitorStore, channels: ChannelStore, sealer: Sealer) {
        self.pool = pool
        self.monitors = monitors
        self.channels = channels
        self.sealer = sealer
    }

    /// All webhooks, or those of one site, by id.
    func all(of site: Int64? = nil) throws -> [Webhook] {
        try self.rows("$1::bigint IS NULL OR monitors.id = $1", PostgresValue(site)).map { site, channel in
            Webhook(id: channel.id, site: site, url: try self.sealer.openChannel(channel.sealed).url)
        }
    }

    /// Adds a webhook to a site.
    ///
    /// Where the site named no channels, the default ones that it was heard by are named beside it: none is lost.
    func add(_ url: String, to site: Int64, by author: Author) throws -> Webhook {
        let defaults = try self.defaultChannels()
        let channel = Channel(
            id: 0,
            name: "Discord webhook of site \(site) (\(Base64.encodeURL(SecureRandom.bytes(6))))",
            type: .discord,
            isDefault: false,
            sealed: "",
            createdAt: 0,
            generation: 0
        )
        let draft = ChannelDocument.Draft(channel: channel, secrets: ChannelSecrets(url: url))
        let added = try self.channels.add(draft, saysDefault: true, isWebhook: true, by: author).channel
        do {
            _ = try self.monitors.edit(site, expected: nil, by: author) { draft in
                var edited = draft
                let named = draft.monitor.channels ?? defaults
                guard named.count < 100 else {
                    throw Refusal(response: SiteDoor.detail("The site has 100 channels already", status: 400))
                }
                edited.monitor.channels = named + [added.id]
                return edited
            }
        } catch {
            // The site went meanwhile, or has too many.
            try? self.channels.remove(added.id, expected: nil, by: author)
            throw error
        }
        return Webhook(id: added.id, site: site, url: url)
    }

    /// Takes a webhook from every site that names it, and deletes it; whether there was one.
    ///
    /// A site that is left with nothing but default channels names none, as before its first webhook: it hears by those
    /// that are made later, too. One that heard by none goes on so.
    func remove(_ id: Int64, by author: Author) throws -> Bool {
        let sites = try self.rows("channels.id = $1::bigint", .int(id)).map(\.site)
        guard !sites.isEmpty else { return false }
        let defaults = Set(try self.defaultChannels())
        for site in sites {
            _ = try self.monitors.edit(site, expected: nil, by: author) { draft in
                var edited = draft
                edited.monitor.channels?.removeAll { $0 == id }
                let left = edited.monitor.channels ?? []
                if left.isEmpty ? defaults.isEmpty : defaults.isSuperset(of: left) { edited.monitor.channels = nil }
                return edited
            }
        }
        try self.channels.remove(id, expected: nil, by: author)
        return true
    }

    private func defaultChannels() throws -> [Int64] {
        try self.channels.all().filter { $0.isDefault && $0.enabled }.map(\.id)
    }

    private func rows(_ condition: String, _ value: PostgresValue) throws -> [(site: Int64, channel: Channel)] {
        try self.pool.withConnection { connection in
            try connection.query(
                """
                SELECT monitors.id, channels.definition
                FROM monitors CROSS JOIN LATERAL json_array_elements_text(
                    coalesce(monitors.definition -> 'channels', '[]')
                ) AS named (channel)
                JOIN channels ON channels.id = named.channel::bigint AND channels.type = 'discord'
                WHERE monitors.definition ->> 'type' = 'http' AND (\(condition))
                ORDER BY channels.id, monitors.id
                """,
                [value]
            ).map { (try $0.int64(0), try Channel.decode(try $0.text(1).utf8.span)) }
        }
    }
}
