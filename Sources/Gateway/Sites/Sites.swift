import HTTPServer
import Postgres

/// The interface of the site monitor: its routes behind its door.
struct Sites: Sendable {
    private let open: [Route]
    private let door: SiteDoor

    /// Sites and webhooks over `monitors` and `channels`, with the history in `pool`.
    init(
        settings: GatewaySettings,
        pool: PostgresPool,
        board: Board,
        monitors: MonitorStore,
        channels: ChannelStore,
        answers: Answers
    ) {
        let sites = SiteRoutes(
            monitors,
            pool: pool,
            board: board,
            timeout: settings.sites.timeout,
            policy: settings.policy,
            answers: answers
        )
        let webhooks = WebhookRoutes(
            monitors,
            webhooks: WebhookStore(
                pool,
                monitors: monitors,
                channels: channels,
                sealer: Sealer(settings.secretKey)
            ),
            policy: settings.policy,
            answers: answers
        )
        self.open = sites.routes + webhooks.routes
        self.door = SiteDoor(isOpen: settings.basicUser != nil, settings: settings.sites)
    }

    /// The routes, for whom `access` lets in.
    func routes(behind access: Access) -> [Route] { self.door.guarding(access.guarding(self.open)) }
}
