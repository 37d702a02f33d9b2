import Glibc
import Kafka
import Postgres
import Service
import Synchronization

/// What a runner's thread does: one turn after another, nothing of it shared (design §6).
///
/// A partition that is assigned is either held (stepped from memory), or waits to be taken, or both: it then goes on
/// while it waits. Memory of partitions that are no longer held is kept aside.
final class ReadingLoop<P: Projection> {
    typealias Held = Holding<P.State>

    /// The most records that one poll takes.
    static var pollRecords: Int { 5_000 }

    let options: RunnerOptions
    let projection: P
    let log: Log
    let metrics: RunnerMetrics
    let shared: RunnerShared
    let books: AheadOfBooks
    let round: Round<P>
    private let heartbeat: Heartbeat
    private let condition: Condition
    private let watch: LogWatch

    var consumer: Consumer?
    var connection: PostgresConnection?
    /// The partitions that the group gave, or all of them without one; `nil`: not told yet.
    var assigned: Set<Int32>?
    var held: [Int32: Held] = [:]
    /// Memory of partitions that were held.
    var aside: [Int32: Held] = [:]
    /// When each partition is to be taken next, on the monotonic clock in milliseconds.
    var waiting: [Int32: Int64] = [:]
    var isGroupless: Bool
    var isUrgent = false
    private var pressure = BackPressure()
    private var consumerBackoff = Backoff(first: 500, limit: 10_000)
    private var nextConsumer: Int64 = 0
    private var nextTrouble: Int64 = 0
    /// From when on the next round may begin, on the monotonic clock in milliseconds.
    var nextRound: Int64 = 0
    /// Records pending for the books after which a round does not wait; less than the options say where rounds are slow.
    var roundLimit = ReadingLoop.pollRecords
    /// What was stepped since the last `publish`.
    var unpublished: [Held] = []
    /// From when on there is a publication although more waits, on the monotonic clock in milliseconds.
    var nextPublication: Int64 = 0
    /// The partitions in which a record is looked for that PostgreSQL refuses.
    var isolation: [Int32: Isolation] = [:]
    /// How long a statement of a round may take now.
    var patience: Duration
    private var lastTending: Int64 = 0

    init(
        _ options: RunnerOptions,
        projection: P,
        log: Log,
        metrics: RunnerMetrics,
        heartbeat: Heartbeat,
        condition: Condition,
        shared: RunnerShared
    ) {
        self.options = options
        self.patience = options.roundPatience ?? options.statementTimeout
        self.projection = projection
        self.log = log
        self.metrics = metrics
        self.heartbeat = heartbeat
        self.condition = condition
        self.shared = shared
        self.isGroupless = options.withoutGroup
        self.books = AheadOfBooks(
            options.databaseURL,
            name: projection.name,
            timeout: options.statementTimeout,
            wake: { shared.wake() }
        )
        self.watch = LogWatch(options.kafka, topic: options.topic)
        self.round = Round(
            projection: projection,
            fence: Fence(projection: projection.name, instance: options.instance),
            notes: Notes(projection: projection.name, topic: options.topic)
        )
    }

    /// Runs until the owner asks for the end, then settles what can be settled.
    func run() {
        while !self.shared.isStopping {
            self.heartbeat.beat()
            self.turn()
        }
        self.settleBooks(self.heldInOrder)
        self.consumer?.close(milliseconds: 2_000)
        self.consumer = nil
        self.books.end()
        self.watch.end()
        self.connection?.close()
        self.heartbeat.end()
    }

    private func turn() {
        if let connection = self.books.takeFound() { self.adopt(connection) }
        self.openConsumer()
        if let consumer = self.consumer {
            do throws(KafkaError) {
                if let event = try consumer.poll(maximum: Self.pollRecords, milliseconds: self.pollMilliseconds) {
                    self.handle(event)
                }
            } catch {
                self.loseConsumer(error)
            }
        }
        self.settleIsolated()
        self.runRoundIfDue()
        self.assignAll()
        self.takeWaiting()
        self.tend()
    }

    /// Until the next round at most, so that nothing pending waits longer than its interval.
    private var pollMilliseconds: Int {
        guard self.held.values.contains(where: \.isDirty) else { return 50 }
        return Int(min(max(self.nextRound - MonotonicClock.millis, 0), 50))
    }

    var heldInOrder: [Held] {
        self.held.values.sorted { $0.partition.number < $1.partition.number }
    }

    // MARK: Kafka

    private func openConsumer() {
        guard self.consumer == nil else { return }
        guard MonotonicClock.millis >= self.nextConsumer else {
            usleep(50_000)
            return
        }
        let membership: ConsumerOptions.Membership =
            self.isGroupless
            ? .none(commitsAs: self.options.group)
            : .group(self.options.group, topics: [self.options.topic], instance: self.options.instanceID)
        let options = ConsumerOptions(membership: membership, sessionTimeout: self.options.sessionTimeout)
        let log = self.log
        do throws(KafkaError) {
            let consumer = try Consumer(self.options.kafka, options) { line in
                log.debug("librdkafka", ["facility": line.facility, "text": line.text])
            }
            self.consumer = consumer
            self.shared.status.withLock { $0.wake = consumer.wakeUp }
        } catch {
            self.loseConsumer(error)
        }
    }

    /// The client is beyond repair: it is made anew, and everything that was assigned is gone.
    private func loseConsumer(_ error: KafkaError) {
        self.log.error("the consumer has to be made anew", ["error": error.description])
        self.nextConsumer = MonotonicClock.millis + self.consumerBackoff.next()
        self.leave()
    }

    /// Closes the consumer and puts all memory aside.
    private func leave() {
        self.shared.status.withLock { $0.wake = nil }
        self.consumer?.close(milliseconds: 2_000)
        self.consumer = nil
        self.release(self.heldInOrder)
        self.assigned = nil
        self.waiting = [:]
    }

    private func handle(_ event: ConsumerEvent) {
        switch event {
        case .messages(let batch):
            self.consumerBackoff.reset()
            self.step(batch)
        case .assigned(let partitions):
            self.assign(Set(partitions.map(\.partition)))
        case .revoked(_, let lost):
            if !lost { self.settleBooks(self.heldInOrder) }
            self.release(self.heldInOrder)
            self.assigned = []
            self.waiting = [:]
            self.trying("giving up partitions") { consumer throws(KafkaError) in try consumer.unassign() }
        case .partitionFailed(let place, let error):
            guard self.assigned?.contains(place.partition) == true else { return }
            self.log.warning("a partition can't be read on", ["place": place.description, "error": error.description])
            self.held[place.partition]?.isSuspended = true
            self.waiting[place.partition] = MonotonicClock.millis
        case .failed(let error):
            // While a broker is away there is one of these every few hundred milliseconds.
            guard MonotonicClock.millis >= self.nextTrouble else { return }
            self.nextTrouble = MonotonicClock.millis + 10_000
            self.log.warning("trouble with the broker", ["error": error.description])
        }
    }

    private func assign(_ partitions: Set<Int32>) {
        self.settleBooks(self.heldInOrder)
        // The round may have shown that others took over; then the group decides, which is joined with a new client.
        guard self.consumer != nil else { return }
        self.release(self.heldInOrder)
        self.assigned = partitions
        self.waiting = Dictionary(uniqueKeysWithValues: partitions.map { ($0, MonotonicClock.millis) })
        if partitions.isEmpty { self.readHeld() } else { self.takeWaiting() }
        // The group waits for an answer; what could not be taken yet is added later.
        if self.held.isEmpty { self.readHeld() }
    }

    /// Without a group all partitions are assigned as soon as the broker tells how many there are.
    private func assignAll() {
        guard self.isGroupless, self.assigned == nil, self.consumer != nil else { return }
        guard let identity = self.watch.identity else { return }
        self.assign(Set(0..<identity.partitions))
    }

    /// Somebody took a partition from a runner without a group: from now on the group decides.
    func joinGroup() {
        self.log.warning("another process took partitions: joining the group", ["group": self.options.group])
        self.isGroupless = false
        self.leave()
    }

    /// Points the consumer at what is held.
    func readHeld() {
        let topic = self.options.topic
        let positions = self.heldInOrder.map {
            LogPosition(topic, $0.partition.number, offset: $0.memory.next.offset)
        }
        self.pressure.reset()
        guard let consumer = self.consumer else { return }
        do throws(KafkaError) {
            try consumer.assign(positions)
        } catch {
            // It may still read from where it was before: nothing that it gives can be believed.
            self.loseConsumer(error)
        }
    }

    func trying(_ action: String, _ body: (Consumer) throws(KafkaError) -> Void) {
        guard let consumer = self.consumer else { return }
        do throws(KafkaError) {
            try body(consumer)
        } catch {
            self.log.warning("the consumer refused", ["action": action, "error": error.description])
        }
    }

    /// Partitions are no longer held; their memory is put aside.
    func release(_ holdings: [Held]) {
        self.publish()
        for holding in holdings {
            let number = holding.partition.number
            guard self.held.removeValue(forKey: number) != nil else { continue }
            self.aside[number] = holding
            self.isolation[number] = nil
            self.projection.released(holding.portion)
        }
    }

    // MARK: Upkeep

    /// Four times a second: what need not be looked at in each turn.
    private func tend() {
        let now = MonotonicClock.millis
        guard now >= self.lastTending + 250 else { return }
        self.lastTending = now
        // What was kept back for a backlog that then came no further.
        if now >= self.nextPublication { self.publish() }
        self.compareLog(now)
        let congested = self.projection.isCongested
        self.trying("pausing") { consumer throws(KafkaError) in
            try self.pressure.update(
                isCongested: congested,
                partitions: self.held.keys.map { TopicPartition(self.options.topic, $0) },
                consumer: consumer
            )
        }
        self.report()
    }

    /// A running consumer is told that its log is another one now: every partition is looked at anew.
    private func compareLog(_ now: Int64) {
        guard let identity = self.watch.identity, let assigned = self.assigned else { return }
        let strangers = self.held.values.filter { $0.memory.identity.map { !$0.mayBe(identity) } ?? false }
        if strangers.isEmpty && (!self.isGroupless || assigned.count == Int(identity.partitions)) { return }
        self.log.warning("the log was recreated", ["partitions": Int64(identity.partitions)])
        if self.isGroupless && assigned.count != Int(identity.partitions) {
            self.assign(Set(0..<identity.partitions))
            return
        }
        for holding in strangers where self.waiting[holding.partition.number] == nil {
            holding.isSuspended = true
            self.waiting[holding.partition.number] = now
        }
    }

    private func report() {
        let lag = self.lagSeconds
        let isAway = self.connection == nil
        let partitions = self.held.keys.sorted()
        self.shared.status.withLock { status in
            status.lagSeconds = lag
            status.isAway = isAway
            status.partitions = partitions
        }
        self.metrics.lag.set(lag)
        self.metrics.away.set(isAway ? 1 : 0)
        self.metrics.paused.set(self.pressure.isPausing ? 1 : 0)
        self.metrics.partitions.set(partitions.count)
        if let assigned = self.assigned, assigned.isSubset(of: partitions) {
            self.condition.meet()
        } else if self.assigned == nil {
            self.condition.fail("no partitions assigned yet")
        } else {
            self.condition.fail(isAway ? "waiting for PostgreSQL: \(self.books.reason)" : "taking partitions")
        }
    }

    private var lagSeconds: Double {
        let now = WallClock.millis
        var oldest = now
        for holding in self.held.values {
            let place = TopicPartition(self.options.topic, holding.partition.number)
            guard let ends = self.consumer?.knownWatermarks(of: place) else { continue }
            // Where nothing was stepped yet its age is that of the record before, if it has one.
            guard ends.high > holding.memory.next.offset, holding.newest > 0 else { continue }
            oldest = min(oldest, holding.newest)
        }
        return Double(now - oldest) / 1000
    }
}
