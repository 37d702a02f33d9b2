import HTTPServer
import Postgres
import Service

/// Every route of the gateway, each behind the role that it needs.
struct API: Sendable {
    /// The routes.
    let routes: [Route]

    /// Puts the resources together; `onChange` is called after each edit that the log is to be told.
    init(
        settings: GatewaySettings,
        pool: PostgresPool,
        credentials: Credentials,
        streams: CallerStreams,
        brake: Brake,
        board: Board,
        recents: RecentsLoader,
        availability: AvailabilityLoader,
        onChange: @escaping @Sendable () -> Void,
        log: Log
    ) {
        let proxies = TrustedProxies(settings.proxies)
        let access = Access(
            credentials,
            newcomers: Newcomers(credentials, pool: pool),
            streams: streams,
            proxies: proxies,
            sameOrigin: SameOrigin(publicURL: settings.publicURL),
            basicUser: settings.basicUser,
            brake: brake,
            limits: RateLimits(settings.rates)
        )
        let answers = Answers(log: log)
        let sealer = Sealer(settings.secretKey)
        let search = BoardSearch(board)
        let store = MonitorStore(pool, sealer: sealer, onChange: onChange)
        let channelStore = ChannelStore(pool, sealer: sealer, onChange: onChange)
        let monitors = MonitorRoutes(
            store,
            board: board,
            policy: settings.policy,
            answers: answers,
            key: settings.secretKey
        )
        let channels = ChannelRoutes(
            channelStore,
            tests: ChannelTests(pool),
            policy: settings.policy,
            answers: answers,
            key: settings.secretKey
        )
        let bulk = BulkRoutes(store, board: board, search: search, answers: answers)
        let actions = IncidentActionRoutes(IncidentActions(pool, onChange: onChange), answers: answers)
        let reading = ReadingRoutes(
            board: board,
            search: search,
            pool: pool,
            recents: recents,
            availability: availability,
            answers: answers,
            key: settings.secretKey
        )
        let people = PeopleRoutes(
            pool,
            settings: settings,
            credentials: credentials,
            proxies: proxies,
            brake: brake,
            answers: answers,
            log: log
        )
        let sites = Sites(
            settings: settings,
            pool: pool,
            board: board,
            monitors: store,
            channels: channelStore,
            answers: answers
        )
        let live = LiveRangeRoutes(board: board, pool: pool, points: settings.livePoints, answers: answers)
        let idempotency = Idempotency(
            IdempotencyStore(pool, sealer: sealer, log: log),
            answers: answers,
            key: settings.secretKey
        )
        let routes =
            monitors.routes + bulk.routes + channels.routes + actions.routes + reading.routes
            + KeyRoutes(pool, credentials: credentials, answers: answers, key: settings.secretKey).routes
            + people.routes + live.routes + [API.description]
        let own = access.guarding(
            routes.map { route in
                let repeatable = idempotency.wrapping(route)
                return route.saysWhatItProduces ? repeatable : repeatable.producing(["application/json"])
            }
        )
        self.routes = own + sites.routes(behind: access)
    }

    /// The description that the tests hold the API to; open to all, since it holds nothing that is not in the sources.
    private static var description: Route {
        let document = PreparedResponse(
            HTTPResponse(
                status: 200,
                contentType: "application/yaml",
                headers: [("Cache-Control", "max-age=300")],
                body: .shared(SharedBytes(PackageResources.openapi_yaml))
            )
        )
        return Route(.get, "/openapi.yaml") { _ in document.response }.producing(["application/yaml"])
    }
}
