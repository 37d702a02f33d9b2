import Crypto
import HTTPServer
import Postgres

/// Every route that only reads what the projections wrote: from the board, or from PostgreSQL.
struct ReadingRoutes: Sendable {
    /// The routes.
    let routes: [Route]

    /// Routes over `board` and `pool`; the loaders bring what cards show, `key` seals the cursors.
    init(
        board: Board,
        search: BoardSearch,
        pool: PostgresPool,
        recents: RecentsLoader,
        availability: AvailabilityLoader,
        answers: Answers,
        key: SecretKey
    ) {
        let monitors = KnownMonitors(board: board, pool: pool)
        let deliveries = DeliveryStore(pool)
        var routes = StatusRoutes(board: board, search: search, answers: answers, key: key).routes
        routes +=
            CardRoutes(
                board: board,
                search: search,
                recents: recents,
                availability: availability,
                answers: answers
            ).routes
        routes += OverviewRoutes(board: board, search: search, answers: answers).routes
        routes += StreamRoutes(board: board, answers: answers).routes
        routes += RegionRoutes(board: board, answers: answers).routes
        routes += ResultRoutes(pool, monitors: monitors, answers: answers, key: key).routes
        routes += UptimeRoutes(pool, board: board, monitors: monitors, answers: answers).routes
        routes += SeriesRoutes(pool, board: board, monitors: monitors, answers: answers).routes
        routes += IncidentRoutes(IncidentStore(pool), deliveries: deliveries, answers: answers, key: key).routes
        routes += DeliveryRoutes(deliveries, answers: answers, key: key).routes
        routes += PipelineRoutes(PipelineStore(pool), board: board, answers: answers).routes
        routes += DeadLetterRoutes(DeadLetterStore(pool), answers: answers, key: key).routes
        routes += StorageRoutes(StorageStore(pool), answers: answers).routes
        self.routes = routes
    }
}
