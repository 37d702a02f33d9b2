import Kafka
import Postgres
import Service

extension ReadingLoop {
    /// Milliseconds that a round is to take at most.
    private static var aimedRound: Int64 { 2_000 }
    /// Milliseconds between two publications behind a backlog.
    private static var publicationInterval: Int64 { 1_000 }

    // MARK: Stepping

    /// Steps what was polled and does its volatile effects; behind a backlog, where each replaces the last, once a
    /// second.
    func step(_ batch: MessageBatch) {
        var last: Held?
        batch.forEach { message in
            let number = message.topicPartition.partition
            guard let holding = last?.partition.number == number ? last : self.held[number] else { return }
            last = holding
            guard !holding.isSuspended, message.offset >= holding.memory.next.offset else { return }
            guard self.isolation.isEmpty || self.admits(message, holding) else { return }
            if !holding.isUnpublished {
                holding.isUnpublished = true
                self.unpublished.append(holding)
            }
            self.step(message, holding)
        }
        FaultPoint.afterStep.pass()
        if self.isUrgent || MonotonicClock.millis >= self.nextPublication || !self.isBehind { self.publish() }
    }

    /// Whether the broker holds more than the next poll takes.
    private var isBehind: Bool {
        var waiting: Int64 = 0
        for holding in self.held.values {
            let place = TopicPartition(self.options.topic, holding.partition.number)
            guard let ends = self.consumer?.knownWatermarks(of: place) else { continue }
            waiting += max(ends.high - holding.memory.next.offset, 0)
        }
        return waiting > Self.pollRecords
    }

    /// Does the volatile effects of all that was stepped.
    func publish() {
        guard !self.unpublished.isEmpty else { return }
        self.nextPublication = MonotonicClock.millis + Self.publicationInterval
        for holding in self.unpublished { holding.isUnpublished = false }
        self.projection.publish(self.unpublished.map(\.portion))
        self.unpublished.removeAll(keepingCapacity: true)
        FaultPoint.afterPublish.pass()
    }

    private func step(_ message: borrowing Message, _ holding: Held) {
        let point = LogPoint(generation: holding.memory.next.generation, offset: message.offset)
        do throws(PoisonRecord) {
            if try self.projection.step(message, at: point, into: holding.state) == .urgent { self.isUrgent = true }
        } catch {
            self.keep(DeadLetter(message, at: point, error), holding)
        }
        holding.memory.next.offset = point.offset + 1
        let timestamp = message.timestamp
        holding.memory.lastTimestamp = timestamp < 0 ? nil : timestamp
        holding.newest = max(holding.newest, timestamp)
        holding.pendingRecords += 1
        holding.pendingBytes += message.valueSize
        self.metrics.records.add()
    }

    func keep(_ letter: DeadLetter, _ holding: Held) {
        self.metrics.deadLetters.add()
        self.log.warning(
            "a record can't be understood",
            ["partition": Int64(letter.partition), "offset": letter.point.offset, "reason": letter.reason]
        )
        if holding.isAhead && holding.letters.count >= DeadLetter.awayLimit {
            self.metrics.droppedLetters.add()
        } else {
            holding.letters.append(letter)
        }
    }

    // MARK: Rounds

    /// Runs a round, or what stands for it while PostgreSQL is away, when it is time.
    func runRoundIfDue() {
        let now = MonotonicClock.millis
        var records = 0
        var bytes = 0
        var isDirty = false
        for holding in self.held.values {
            records += holding.pendingRecords
            bytes += holding.pendingBytes
            if holding.isDirty { isDirty = true }
        }
        guard isDirty || records > 0 else { return }
        let isFull = records >= self.roundLimit || bytes >= self.options.roundBytes
        guard self.isUrgent || isFull || now >= self.nextRound else { return }
        self.isUrgent = false
        self.runRound(self.heldInOrder)
        self.planRound(began: now, records)
    }

    /// Behind a backlog rounds grow, and with them what one state row covers: reading gets as long as the books had, but
    /// no round is to take longer than ``aimedRound``.
    private func planRound(began: Int64, _ records: Int) {
        let end = MonotonicClock.millis
        let took = max(end - began, 1)
        self.nextRound = max(began + self.options.roundInterval, end + min(took, Self.aimedRound))
        if self.connection == nil {
            self.roundLimit = Self.pollRecords
        } else if records >= Self.pollRecords {
            let possible = Int(clamping: Int64(records) * Self.aimedRound / took)
            self.roundLimit = min(max(possible, Self.pollRecords), self.options.roundRecords)
        }
    }

    /// Publishes what is still to be, and brings the books up to memory for these partitions.
    func settleBooks(_ holdings: [Held]) {
        self.publish()
        self.runRound(holdings)
    }

    /// Brings the books up to memory for these partitions, or tells the projection to go ahead of them.
    func runRound(_ holdings: [Held]) {
        if self.connection == nil {
            self.goAhead(holdings)
            return
        }
        // PostgreSQL is back, but these could not be taken yet, as where the broker does not answer: what can't wait
        // is done all the same, and nothing piles up.
        self.goAhead(holdings.filter(\.isAhead))
        let dirty = holdings.filter(\.isDirty)
        guard !dirty.isEmpty, let connection = self.connection else { return }
        let start = MonotonicClock.nanos
        defer { self.metrics.roundSeconds.observe(Double(MonotonicClock.nanos - start) / 1e9) }
        let (least, most) = (self.options.roundPatience ?? self.options.statementTimeout, self.options.statementTimeout)
        connection.timeout = self.patience
        defer { connection.timeout = most }
        do {
            let outcome = try self.round.run(dirty, on: connection)
            if .nanoseconds(MonotonicClock.nanos - start) < self.patience / 2 {
                self.patience = max(self.patience / 2, least)
            }
            self.apply(outcome)
        } catch let error as PostgresError where error.code == .timeout {
            self.patience = min(self.patience * 2, most)
            self.loseConnection(error)
        } catch let error as PostgresError where error.isDataFault {
            self.isolate(dirty, error)
        } catch {
            self.loseConnection(error)
        }
    }

    func apply(_ outcome: Round<P>.Outcome) {
        if !outcome.committed.isEmpty {
            let portions = outcome.committed.map(\.portion)
            for holding in outcome.committed { holding.commit() }
            self.books.settle()
            self.metrics.rounds.add()
            self.projection.committed(portions)
            self.commitToGroup(outcome.committed)
        }
        for holding in outcome.unclear {
            self.log.warning(
                "the books are not where they were left",
                ["partition": Int64(holding.partition.number)]
            )
            // What is pending may be there or not: it is stepped again.
            self.goAhead([holding])
            self.waiting[holding.partition.number] = MonotonicClock.millis
        }
        if !outcome.fenced.isEmpty { self.yield(outcome.fenced) }
    }

    /// Others hold these partitions now.
    private func yield(_ fenced: [Held]) {
        self.metrics.fences.add(fenced.count)
        self.log.warning("partitions were taken by another process", ["count": Int64(fenced.count)])
        for holding in fenced { holding.forget() }
        if self.isGroupless {
            self.joinGroup()
            return
        }
        self.release(fenced)
        // While the group goes on to give them to us, they are taken back: the group has the last word.
        let again = MonotonicClock.millis + self.options.retakeAfter
        for holding in fenced { self.waiting[holding.partition.number] = again }
        self.readHeld()
    }

    private func commitToGroup(_ holdings: [Held]) {
        let positions = holdings.map {
            LogPosition(self.options.topic, $0.partition.number, offset: $0.memory.next.offset)
        }
        self.trying("telling the group") { consumer throws(KafkaError) in try consumer.commit(positions) }
        FaultPoint.afterKafkaCommit.pass()
    }

    // MARK: Ahead of the books

    /// PostgreSQL refused or is gone: stepping goes on, the rest is for later.
    func loseConnection(_ error: any Error) {
        guard let connection = self.connection else { return }
        self.metrics.outages.add()
        self.log.error("PostgreSQL is away: going on in memory", ["error": String(describing: error)])
        self.connection = nil
        self.books.lose(connection, reason: String(describing: error))
        self.goAhead(self.heldInOrder)
        // Even where nothing was pending: a take or a commit may have happened without an answer.
        for holding in self.held.values { holding.forget() }
    }

    func goAhead(_ holdings: [Held]) {
        let pending = holdings.filter { $0.pendingRecords > 0 || $0.isDirty }
        guard !pending.isEmpty else { return }
        self.projection.ahead(pending.map(\.portion))
        for holding in pending { holding.forget() }
    }

    /// PostgreSQL is back: every partition is taken anew.
    func adopt(_ connection: PostgresConnection) {
        self.log.info("PostgreSQL is there")
        self.connection = connection
        let now = MonotonicClock.millis
        for number in self.assigned ?? [] { self.waiting[number] = now }
    }
}
