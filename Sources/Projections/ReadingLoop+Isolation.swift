import Kafka
import Postgres
import Service

/// A partition in which the record is looked for whose effects PostgreSQL refuses.
struct Isolation {
    /// Where memory stood when it was refused: behind it the search is over.
    let until: LogPoint
    /// How many records a round may have.
    var limit: Int
    /// The record of a round of one.
    var suspect: DeadLetter?
    /// How many records were found so far.
    var found = 0
}

/// What is done when PostgreSQL answers and refuses the values of a round: that is no outage, and to repeat it would
/// fail for ever.
///
/// The records are stepped again in rounds of half as many, until one record alone is refused. It becomes a dead
/// letter, as those that no decoder can read, and everything goes on.
extension ReadingLoop {
    /// When so many records of one search are refused, it is no record's fault.
    private static var foundLimit: Int { 100 }

    /// A round of these partitions was refused.
    func isolate(_ refused: [Held], _ error: PostgresError) {
        guard let connection = self.connection else { return }
        self.metrics.refusals.add()
        self.log.error("PostgreSQL refuses what a round writes", ["error": error.description])
        do {
            try connection.script("ROLLBACK")
            if refused.count == 1, refused[0].pendingRecords == 1, !refused[0].isWhole,
                let suspect = self.isolation[refused[0].partition.number]?.suspect
            {
                try self.putAside(suspect, refused[0], error, on: connection)
                return
            }
        } catch {
            self.loseConnection(error)
            return
        }
        let records = Dictionary(uniqueKeysWithValues: refused.map { ($0.partition.number, $0.pendingRecords) })
        self.goAhead(refused)
        for holding in refused {
            let number = holding.partition.number
            let old = self.isolation[number]
            let half = max((records[number] ?? 0) / 2, 1)
            self.isolation[number] = Isolation(
                until: max(old?.until ?? holding.memory.next, holding.memory.next),
                limit: refused.count == 1 ? half : Int.max,
                found: old?.found ?? 0
            )
            holding.isSuspended = true
            self.waiting[number] = MonotonicClock.millis
        }
    }

    /// Makes the record a dead letter and goes on behind it, with the state from before it.
    private func putAside(
        _ suspect: DeadLetter,
        _ holding: Held,
        _ error: PostgresError,
        on connection: PostgresConnection
    ) throws {
        let number = holding.partition.number
        let found = (self.isolation[number]?.found ?? 0) + 1
        guard found <= Self.foundLimit else {
            fatalError("PostgreSQL refuses the effects of record after record: this program does not fit its schema")
        }
        self.isolation[number]?.found = found
        self.isolation[number]?.suspect = nil
        self.isolation[number]?.limit = .max
        let state = try self.projection.restore(holding.partition, from: connection)
        let fresh = Held(
            holding.partition,
            state: state,
            epoch: holding.epoch,
            books: holding.books,
            memory: holding.memory
        )
        fresh.newest = holding.newest
        fresh.gaps = holding.gaps
        self.unpublished.removeAll { $0 === holding }
        self.held[number] = fresh
        self.projection.taken(fresh.portion)
        self.keep(suspect, fresh)
        // A round of nothing but the letter: should that be refused too, it is this program's mistake.
        self.apply(try self.round.run([fresh], on: connection))
    }

    /// Notes the record that is about to be stepped, and tells whether it may be: it waits for another round otherwise.
    func admits(_ message: borrowing Message, _ holding: Held) -> Bool {
        guard self.connection != nil, let isolation = self.isolation[holding.partition.number] else { return true }
        guard holding.pendingRecords < isolation.limit else { return false }
        if isolation.limit == 1 {
            let point = LogPoint(generation: holding.memory.next.generation, offset: message.offset)
            let reason = PoisonRecord("PostgreSQL refuses what it causes")
            self.isolation[holding.partition.number]?.suspect = DeadLetter(message, at: point, reason)
        }
        return true
    }

    /// Runs a round for each partition that is searched, and reads on behind it.
    func settleIsolated() {
        guard !self.isolation.isEmpty, self.connection != nil else { return }
        var hasRun = false
        for number in self.isolation.keys.sorted() {
            guard let holding = self.held[number], !holding.isSuspended, holding.pendingRecords > 0 else { continue }
            hasRun = true
            self.runRound([holding])
            guard let settled = self.held[number], !settled.isAhead, let isolation = self.isolation[number],
                settled.memory.next >= isolation.until
            else { continue }
            self.isolation[number] = nil
            self.log.info("the books go on", ["partition": Int64(number), "put aside": isolation.found])
        }
        // What was polled and not admitted comes again.
        if hasRun { self.readHeld() }
    }
}
