import Crypto
import Events
import Kafka
import Networking
import Projections
import Service
import Synchronization

/// A whole alerter: the projection, the deliveries and the alarm, wired.
final class Alerter: Sendable {
    /// What makes one differ from another.
    struct Options: Sendable {
        var runner: RunnerOptions
        var secretKey: SecretKey
        var publicURL: String?
        var policy = AddressPolicy.any
        /// Milliseconds; 0: no alarm.
        var silence: Int64 = 120_000
        var backoff = DeliveryBackoff()
        var retention = IncidentRetention()
    }

    private let outbox = Outbox()
    private let directory: ChannelDirectory
    private let dispatcher: Dispatcher
    private let ledger: Ledger
    private let alarm: SilenceAlarm?
    private let runner: Runner<IncidentProjection>
    private let reading: Reading
    private let wake: Wakers

    /// Starts everything; the tables must be there.
    init(_ options: Options, log: Log, metrics: Metrics, health: Health) throws {
        let counters = AlerterMetrics(metrics)
        let announcer = Announcer(publicURL: options.publicURL)
        // What distinguishes this run from earlier ones of the same instance.
        let run = Hex.encode(SecureRandom.bytes(8))
        let books = DeliveryBooks(owner: "\(options.runner.instance)/\(run)")
        let outbox = self.outbox
        let reading = Reading()
        let wake = Wakers()
        let directory = ChannelDirectory(
            options.runner.kafka,
            key: options.secretKey,
            log: log,
            metrics: metrics,
            health: health
        )
        let dispatcher = try Dispatcher(
            outbox: outbox,
            directory: directory,
            announcer: announcer,
            policy: options.policy,
            backoff: options.backoff,
            metrics: counters,
            log: log,
            ended: { wake.ledger() }
        )
        let alarm =
            options.silence == 0
            ? nil
            : SilenceAlarm(
                limit: options.silence,
                announcer: announcer,
                outbox: outbox,
                directory: directory,
                log: log,
                isReading: { reading.holdsPartitions },
                kick: { dispatcher.kick() }
            )
        let ledger = Ledger(
            options.runner.databaseURL,
            books: books,
            retention: options.retention,
            outbox: outbox,
            directory: directory,
            alarm: alarm,
            metrics: counters,
            health: health,
            log: log,
            claimed: { dispatcher.kick() }
        )
        wake.connect(ledger)
        let sending = IncidentProjection.Sending(
            outbox: outbox,
            books: books,
            directory: directory,
            kick: { dispatcher.kick() },
            wakeLedger: { ledger.wake() },
            heard: { alarm?.hear() }
        )
        self.directory = directory
        self.dispatcher = dispatcher
        self.ledger = ledger
        self.alarm = alarm
        self.reading = reading
        self.wake = wake
        self.runner = Runner(
            options.runner,
            projection: IncidentProjection(sending, announcer: announcer),
            log: log,
            metrics: metrics,
            health: health
        )
        reading.connect(self.runner)
    }

    /// How far it is behind the log, in seconds.
    var lagSeconds: Double { self.runner.lagSeconds }

    /// Ends in order: the log, the deliveries that run, the books; some seconds at most.
    func stop() {
        self.alarm?.stop()
        self.runner.stop()
        self.dispatcher.stop(milliseconds: 3_000)
        self.ledger.stop()
        self.directory.stop()
        self.wake.connect(nil)
        self.reading.connect(nil)
    }
}

/// Lets the dispatcher wake a ledger that is made after it.
private final class Wakers: Sendable {
    private let target = Mutex<Ledger?>(nil)

    func connect(_ ledger: Ledger?) {
        self.target.withLock { $0 = ledger }
    }

    func ledger() {
        self.target.withLock { $0 }?.wake()
    }
}

/// Lets the alarm ask a runner that is made after it.
private final class Reading: Sendable {
    private let runner = Mutex<Runner<IncidentProjection>?>(nil)

    func connect(_ runner: Runner<IncidentProjection>?) {
        self.runner.withLock { $0 = runner }
    }

    var holdsPartitions: Bool {
        guard let runner = self.runner.withLock({ $0 }) else { return false }
        return !runner.partitions.isEmpty
    }
}
