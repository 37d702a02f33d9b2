import Events
import Kafka
import Service
import Synchronization

/// The pinger's thread on the log: follows its shares, hands definitions to the engines, and pulses.
///
/// A client that is beyond repair is made anew; the engines go on with what they know meanwhile.
final class Watch: Sendable {
    private static let partitionsCheckInterval: Int64 = 30_000
    /// How long a client may wait for its group's first answer before it is made anew.
    ///
    /// Seen once on three nodes: no share for 55 s. The cause was not found; librdkafka 2.0.2 is known to miss a
    /// coordinator while a broker can't be reached (#4970), which a new client would look up again.
    private static let joinPatience: Int64 = 20_000

    private let settings: PingerSettings
    private let pinger: String
    private let engines: Engines
    private let publisher: ResultPublisher
    private let metrics: PingerMetrics
    private let log: Log
    private let heartbeat: Heartbeat
    private let ready: Condition
    private let isStopping = Atomic<Bool>(false)
    private let stopSignal = Wakeup()
    private let wakeUp = Mutex<(@Sendable () -> Void)?>(nil)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Describes the watch; nothing happens before ``start()``.
    init(
        _ settings: PingerSettings,
        pinger: String,
        engines: Engines,
        publisher: ResultPublisher,
        metrics: PingerMetrics,
        health: Health,
        log: Log
    ) {
        self.settings = settings
        self.pinger = pinger
        self.engines = engines
        self.publisher = publisher
        self.metrics = metrics
        self.log = log
        self.heartbeat = health.heartbeat("log", maxAge: 30_000)
        self.ready = health.condition("shares")
    }

    /// Starts the thread.
    func start() {
        let thread = DedicatedThread("watch") { self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Leaves the group and ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .relaxed)
        self.stopSignal.raise()
        self.wakeUp.withLock { $0 }?()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run() {
        var backoff = Backoff(first: 500, limit: 10_000)
        var held: Set<Int> = []
        while !self.isStopping.load(ordering: .relaxed) {
            do {
                try self.follow(&held) { backoff.reset() }
            } catch {
                self.log.error("the log can't be followed; trying again", ["error": error.description])
                self.ready.fail("the log can't be followed")
                self.pause(millis: backoff.next())
            }
        }
        self.heartbeat.end()
    }

    /// Waits until the topic is there: who joins the group before has no shares until the client looks again.
    private func waitForTopic(_ admin: TopicAdmin) {
        while !self.isStopping.load(ordering: .relaxed) {
            self.heartbeat.beat()
            if let count = try? admin.partitionCount(of: Topic.monitors, milliseconds: 1_000), count > 0 { return }
            self.pause(millis: 200)
        }
    }

    /// Follows the log with one client until that is beyond repair or the pinger stops.
    ///
    /// `held` are the shares that the engines check, before and after.
    private func follow(_ held: inout Set<Int>, isWell: () -> Void) throws(KafkaError) {
        let admin = try TopicAdmin(self.settings.kafka)
        self.waitForTopic(admin)
        let shares = try Shares(
            self.settings.kafka,
            held: held,
            region: self.settings.region,
            key: self.settings.secretKey,
            log: self.log,
            refused: self.metrics.definitionsRefused,
            onChange: { [engines] news in engines.learn(news) }
        )
        defer { held = shares.held }
        self.wakeUp.withLock { $0 = shares.wakeUp }
        var pulses = Pulses()
        var partitions: Int?
        var looked = Int64.min / 2
        let began = MonotonicClock.millis
        while !self.isStopping.load(ordering: .relaxed) {
            self.heartbeat.beat()
            let now = MonotonicClock.millis
            if now - looked >= (partitions == nil ? 1_000 : Watch.partitionsCheckInterval) {
                // The broker may be away: what was known stays true until it says otherwise.
                partitions = (try? admin.partitionCount(of: Topic.results, milliseconds: 1_000)) ?? partitions
                looked = now
            }
            if let partitions { self.pulse(&pulses, held: shares.held, partitions: partitions) }
            try shares.turn(milliseconds: Int(pulses.patience(now: MonotonicClock.millis)))
            if !shares.hasJoined, now - began > Watch.joinPatience {
                throw KafkaError(.timedOut, "joining the group of the region's pingers", isRetriable: true)
            }
            self.metrics.shares.set(shares.held.count)
            if !shares.held.isEmpty, partitions != nil {
                self.ready.meet()
                isWell()
            } else {
                self.ready.fail("no share is assigned yet")
            }
        }
        shares.close()
    }

    private func pulse(_ pulses: inout Pulses, held: Set<Int>, partitions: Int) {
        let due = pulses.due(held: held, now: MonotonicClock.millis)
        guard !due.isEmpty else { return }
        let canary = self.engines.canaryVerdict()
        let load = min(self.load, 1)
        for share in due {
            let pulse = Pulse(
                region: self.settings.region,
                share: share,
                time: WallClock.millis,
                canary: canary,
                load: load,
                pinger: self.pinger
            )
            self.publisher.publish(pulse, partitions: partitions)
        }
        self.metrics.pulses.add(due.count)
    }

    /// How many of the attempts that may run at once do run.
    private var load: Double {
        let limit = Double(FileDescriptors.concurrency)
        return limit > 0 ? self.metrics.running.value / limit : 1
    }

    private func pause(millis: Int64) {
        let end = MonotonicClock.millis + millis
        while MonotonicClock.millis < end, !self.isStopping.load(ordering: .relaxed) {
            self.heartbeat.beat()
            self.stopSignal.wait(millis: min(end - MonotonicClock.millis, 1_000))
        }
    }
}
