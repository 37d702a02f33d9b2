import Glibc
import HTTPServer
import Kafka
import Postgres
import Projections
import Redis
import Service

/// The gateway: what people and programs speak to.
@main
struct Main {
    static func main() {
        let program = Program.start(
            "gateway",
            summary: "serves status, history and management over REST, and tells the log what people change",
            settings: { GatewaySettings(reading: &$0) }
        )
        do {
            try run(program)
        } catch {
            program.log.error("the gateway can't start", ["error": "\(error)"])
            program.log.flush()
            exit(ExitCode.unavailable)
        }
    }

    private static func run(_ program: Program<GatewaySettings>) throws -> Never {
        let settings = program.settings
        let log = program.log
        let instance = program.service.name(of: "gateway")
        let pool = try PostgresPool(settings.database.revealed, size: 8, timeout: .seconds(5))
        let credentials = Credentials(
            secretKey: settings.secretKey,
            adminKey: settings.adminKey,
            limits: settings.sessions
        )
        let streams = CallerStreams(credentials)
        let producer = try Producer(
            settings.kafka,
            log: { log.debug("kafka", ["facility": $0.facility, "text": $0.text]) }
        )
        let relay = Relay(
            settings,
            instance: instance,
            producer: producer,
            metrics: RelayMetrics(program.metrics),
            health: program.health,
            log: log
        )
        let pulses = PushPulses(producer, instance: instance)
        let refresh = CredentialRefresh(
            credentials,
            streams: streams,
            upkeep: PeopleUpkeep(pool, limits: settings.sessions, auditRetention: settings.auditRetention),
            pool: pool
        )
        let migrating = Migrating()
        let board = Board()
        let redis = try RedisURL(settings.redis.revealed)
        let updates = BoardUpdates(redis, board: board, log: log)
        let recents = RecentsLoader(redis, into: board.recents, log: log)
        let availability = AvailabilityLoader(settings.database.revealed, board: board, log: log)
        let books = BoardBooks(settings.database.revealed, board: board, log: log)
        let api = API(
            settings: settings,
            pool: pool,
            credentials: credentials,
            streams: streams,
            brake: Brake(),
            board: board,
            recents: recents,
            availability: availability,
            onChange: { relay.rouse() },
            log: log
        )
        migrating.start(settings.database, log: log) {
            relay.start()
            refresh.start()
        }
        migrating.waitForFirstTry(millis: 2_000)
        BoardMetrics.register(program.metrics, board: board, updates: updates)
        let monitorMetrics = MonitorMetrics(board, limit: Int(settings.metricsMonitors))
        program.metrics.written { monitorMetrics.write(to: &$0, now: WallClock.millis) }
        let web = WebRoutes(
            folder: settings.webFolder,
            libraryFolder: settings.javascriptFolder,
            basePath: settings.basePath,
            log: log
        )
        let server = try HTTPServer(
            HTTPServer.Configuration(
                listen: ListenAddress(host: settings.listen.host, port: settings.listen.port)
            ),
            router: Router(
                api.routes + web.routes + DescriptionRoutes(folder: settings.apiDocsFolder, log: log).routes,
                basePath: settings.basePath,
                crossOrigin: CrossOrigin(settings.crossOrigins)
            ),
            observe: RequestMetrics(program.metrics).observe
        )
        log.info("serving", ["address": server.address.description])
        pulses.start()
        let report = ProcessReport(
            ProcessReport.Identity(kind: "gateway", instance: instance),
            database: settings.database.revealed
        )
        program.shutdown.stage("server") { server.stop(within: 2_000) }
        program.shutdown.stage("relay") {
            migrating.stop()
            relay.stop()
            refresh.stop()
        }
        program.shutdown.stage("board") {
            updates.stop()
            books.stop()
            recents.stop()
            availability.stop()
        }
        program.shutdown.stage("pulses") { pulses.stop() }
        program.shutdown.stage("producer") { producer.close(milliseconds: 2_000) }
        program.shutdown.stage("report") { report.stop() }
        program.runUntilStopped()
    }
}
