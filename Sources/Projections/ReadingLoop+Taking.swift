import Kafka
import Postgres
import Service

extension ReadingLoop {
    /// How long after a failed attempt a partition is tried again, in milliseconds.
    private static var retryAfter: Int64 { 500 }
    /// How long one question to the broker may take, in milliseconds.
    private static var askingLimit: Int { 3_000 }

    /// Takes the partitions whose time has come, or, while PostgreSQL is away, goes on from memory where there is one.
    func takeWaiting() {
        let now = MonotonicClock.millis
        let due = self.waiting.filter { $0.value <= now }.keys.sorted()
        guard !due.isEmpty else { return }
        if self.connection == nil { self.publish() } else { self.settleBooks(due.compactMap { self.held[$0] }) }
        // A round may have shown that some belong to others: those wait longer, or are not assigned any more.
        let partitions = due.filter { self.waiting[$0].map { $0 <= now } ?? false }
        for number in partitions { self.waiting[number] = now + Self.retryAfter }
        guard !partitions.isEmpty else { return }
        do {
            if let connection = self.connection {
                try self.take(partitions, on: connection)
            } else {
                try self.goOnFromMemory(partitions)
            }
        } catch let error as KafkaError {
            self.log.warning("the broker can't say how the log is", ["error": error.description])
        } catch {
            self.loseConnection(error)
        }
    }

    private func take(_ partitions: [Int32], on connection: PostgresConnection) throws {
        // The broker is asked first, so that books are not taken from somebody by one who can't read.
        let inspection = try LogInspection(self.options.kafka, topic: self.options.topic, Self.askingLimit)
        let count = inspection.identity.partitions
        let present = partitions.filter { $0 < count }
        for number in partitions where number >= count { self.waiting[number] = nil }
        guard !present.isEmpty else { return }
        let (taken, otherGeneration) = try self.round.fence.take(present, count: count, on: connection)
        self.metrics.takes.add(taken.count)
        for row in taken {
            // If what follows fails, rounds go on under the new epoch: nobody else was there in between.
            guard let memory = self.memory(row.partition), memory.epoch == row.epoch - 1 else { continue }
            memory.epoch = row.epoch
        }
        let views = try inspection.views(
            taken.map { ($0.partition, [$0.books, self.memory($0.partition)?.memory].compactMap(\.self)) }
        )
        var holdings: [Held] = []
        for row in taken {
            guard let view = views[row.partition] else { continue }
            let partition = LogPartition(number: row.partition, count: count)
            holdings.append(try self.resume(row, view, otherGeneration, partition, on: connection))
        }
        // All or none: what is held and where the consumer reads must never differ.
        for holding in holdings { self.hold(holding) }
        self.refreshDefinitions(holdings.filter { $0.gaps.contains { $0.kind == .lost } })
        self.readHeld()
    }

    private func memory(_ number: Int32) -> Held? {
        self.held[number] ?? self.aside[number]
    }

    /// The state with which a taken partition goes on.
    private func resume(
        _ row: Fence.Taken,
        _ view: LogView,
        _ otherGeneration: Int64?,
        _ partition: LogPartition,
        on connection: PostgresConnection
    ) throws -> Held {
        let memory = self.memory(row.partition)
        let isSame = memory?.partition == partition
        let resumption = Resumption.afterTaking(
            row.partition,
            books: row.books,
            memory: isSame ? memory?.memory : nil,
            isUnchanged: isSame && memory?.isClean == true && memory?.epoch == row.epoch,
            log: view,
            otherGeneration: otherGeneration
        )
        self.note(resumption, row.partition)
        let kept = resumption.source == .rows ? nil : memory
        let state = try kept?.state ?? self.projection.restore(partition, from: connection)
        let holding = Held(partition, state: state, epoch: row.epoch, books: row.books?.next, memory: resumption.next)
        holding.newest = kept?.newest ?? resumption.next.lastTimestamp ?? 0
        if resumption.source == .memoryIsTruth {
            holding.isWhole = true
            holding.letters = kept?.letters ?? []
            holding.gaps = kept?.gaps ?? []
        }
        if let gap = resumption.gap { holding.gaps.append(gap) }
        return holding
    }

    private func note(_ resumption: Resumption, _ number: Int32) {
        if resumption.isRecreated {
            self.metrics.recreated.add()
            self.log.warning("the log of a partition was recreated", ["partition": Int64(number)])
        }
        guard let gap = resumption.gap else { return }
        self.metrics.gaps.add()
        self.log.error(
            "records left the log before they were in the books",
            [
                "partition": Int64(number), "kind": gap.kind.rawValue, "from": gap.from.offset, "to": gap.to.offset,
            ]
        )
    }

    private func hold(_ holding: Held) {
        let number = holding.partition.number
        self.held[number] = holding
        self.aside[number] = nil
        self.waiting[number] = nil
        self.projection.taken(holding.portion)
    }

    /// While PostgreSQL is away: from memory, if there is any; without it a partition waits.
    private func goOnFromMemory(_ partitions: [Int32]) throws {
        let known = partitions.filter { number in
            guard let holding = self.memory(number) else { return false }
            return self.held[number] == nil || holding.isSuspended
        }
        for number in partitions where self.held[number]?.isSuspended == false { self.waiting[number] = nil }
        guard !known.isEmpty else { return }
        let inspection = try LogInspection(self.options.kafka, topic: self.options.topic, Self.askingLimit)
        let views = try inspection.views(known.map { ($0, [self.memory($0)?.memory].compactMap(\.self)) })
        var gapped: [Held] = []
        for number in known {
            guard let view = views[number], let memory = self.memory(number),
                memory.partition.count == inspection.identity.partitions
            else { continue }
            let resumption = Resumption.withoutBooks(number, memory: memory.memory, log: view)
            self.note(resumption, number)
            memory.memory = resumption.next
            memory.isAhead = true
            memory.isSuspended = false
            if let gap = resumption.gap {
                memory.gaps.append(gap)
                gapped.append(memory)
            }
            self.hold(memory)
        }
        self.refreshDefinitions(gapped)
        self.readHeld()
    }

    /// Reads the definitions that stand in for what left the log.
    private func refreshDefinitions(_ holdings: [Held]) {
        guard let topic = self.projection.definitionsTopic, let first = holdings.first else { return }
        let byNumber = Dictionary(uniqueKeysWithValues: holdings.map { ($0.partition.number, $0) })
        let count = first.partition.count
        do throws(KafkaError) {
            let reader = try TopicReader(self.options.kafka, topic: topic)
            try reader.readToEnd(milliseconds: 10_000) { message in
                guard let holding = byNumber[message.topicPartition.partition % count] else { return }
                self.projection.refresh(
                    message,
                    at: LogPoint(generation: 0, offset: message.offset),
                    into: holding.state
                )
            }
        } catch {
            // State is kept as it is; the next edit of a monitor brings its definition.
            self.log.error("definitions can't be refreshed", ["topic": topic, "error": error.description])
        }
        // What they changed is published before any round writes it.
        for holding in holdings where !holding.isUnpublished {
            holding.isUnpublished = true
            self.unpublished.append(holding)
        }
        self.publish()
    }
}
