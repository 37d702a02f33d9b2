import CRdKafka
import Glibc
import Synchronization

/// Writes records, in order for each partition, and tells what became of each.
///
/// `acks=all`, one request in flight, no idempotence (librdkafka 2.0.2 can end fatally there), no time limit: a record
/// stays queued until the broker took it or refused it for good, so a broker's outage loses nothing while there is
/// room. A record may be written twice when an acknowledgement gets lost. Safe for all threads; the reports arrive on
/// a thread of its own.
package final class Producer: Sendable {
    private let queue: ProducerQueue
    private let thread: ProducerThread
    private let acknowledgements = Acknowledgements()

    /// Makes a producer; the broker need not be there yet.
    ///
    /// Throws `invalidArgument` for a bad property.
    package init(
        _ settings: KafkaSettings,
        _ options: ProducerOptions = ProducerOptions(),
        log: @escaping KafkaLogHandler = { _ in },
        onDelivery: @escaping DeliveryHandler = { _ in }
    ) throws(KafkaError) {
        let configuration = try settings.configuration(
            defaults: options.defaults(isEmbedded: settings.isEmbedded),
            fixed: ProducerOptions.fixed
        )
        configuration.enable(events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG)
        let client = try configuration.makeClient(RD_KAFKA_PRODUCER)
        let acknowledgements = self.acknowledgements
        self.queue = ProducerQueue(client: client, options: options, log: log) { reports in
            let others = acknowledgements.take(reports)
            if !others.isEmpty { onDelivery(others) }
        }
        self.thread = try ProducerThread(self.queue)
    }

    /// Queues a record; returns at once.
    ///
    /// Throws `queueFull` (only with `.refuse`), `unknownPartition`, `unknownTopic`, `messageTooLarge`, `state` after
    /// `close`, or `invalidArgument` for a token of 2⁶³ and more, which are reserved; then there is no report.
    package func send(_ record: OutgoingRecord) throws(KafkaError) {
        guard record.token < Acknowledgements.firstToken else {
            throw KafkaError(.invalidArgument, "the token \(record.token) is reserved: use one below 2^63")
        }
        try self.queue.send(record)
    }

    /// Sends records and waits until each is acknowledged or refused for good, at most `milliseconds`.
    ///
    /// Returns their reports in the records' order; these don't go to the delivery handler, and the tokens are not
    /// used. Throws what `send` throws, then only the records before that one are sent; throws `timedOut` when
    /// a report is missing: then the records stay queued and may still be written. Not to be called from the handler.
    package func deliver(
        _ records: [OutgoingRecord],
        milliseconds: Int
    ) throws(KafkaError) -> [DeliveryReport] {
        guard !records.isEmpty else { return [] }
        let (wait, tokens) = try self.acknowledgements.begin(records.count)
        defer { self.acknowledgements.end(tokens) }
        for (var record, token) in zip(records, tokens) {
            record.token = token
            try self.queue.send(record)
        }
        guard let reports = wait.reports(within: milliseconds) else {
            throw KafkaError(.timedOut, "waiting for \(records.count) acknowledgements", isRetriable: true)
        }
        return reports
    }

    /// The partition counts of all topics; asking also prepares this producer to write to them.
    ///
    /// librdkafka 2.0.2 holds the first record of a topic that it does not know back for up to a second (#5032).
    /// Throws what a broker that is away gives, after at most `milliseconds`.
    package func partitionCounts(milliseconds: Int) throws(KafkaError) -> [String: Int] {
        try self.queue.partitionCounts(milliseconds: milliseconds)
    }

    /// The counters.
    package var statistics: ProducerStatistics {
        self.queue.statistics
    }

    /// Sends what is queued without lingering and waits for all reports, at most `milliseconds`.
    ///
    /// Returns whether everything was reported. Not to be called from the delivery handler.
    @discardableResult
    package func flush(milliseconds: Int) -> Bool {
        self.queue.flush(milliseconds: milliseconds)
    }

    /// Flushes for at most `milliseconds`, reports the rest as `purged`, and ends the thread.
    ///
    /// Returns whether everything was reported as written or refused before the deadline.
    @discardableResult
    package func close(milliseconds: Int) -> Bool {
        let isFlushed = self.queue.flush(milliseconds: milliseconds)
        self.queue.purge()
        self.thread.end()
        return isFlushed
    }

    deinit {
        self.queue.purge()
        self.thread.end()
    }
}
