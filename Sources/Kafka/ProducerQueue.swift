import CRdKafka
import Glibc
import Synchronization

/// The bounded queue in front of librdkafka's, and the loop that empties both.
final class ProducerQueue: Sendable {
    private struct State {
        var front = RecordBuffer()
        var statistics = ProducerStatistics()
        /// Reports of dropped records, which the thread hands over.
        var unsent: [DeliveryReport] = []
        var isClosed = false
        var isStopped = false
    }

    private let client: ClientHandle
    private let options: ProducerOptions
    private let log: KafkaLogHandler
    private let onDelivery: DeliveryHandler
    private let state = Mutex(State())

    init(
        client: ClientHandle,
        options: ProducerOptions,
        log: @escaping KafkaLogHandler,
        onDelivery: @escaping DeliveryHandler
    ) {
        self.client = client
        self.options = options
        self.log = log
        self.onDelivery = onDelivery
    }

    var statistics: ProducerStatistics {
        self.state.withLock { state in
            var statistics = state.statistics
            statistics.waiting = state.front.count
            return statistics
        }
    }

    func send(_ record: OutgoingRecord) throws(KafkaError) {
        // The lock is held across librdkafka's call, so that two senders can't change places.
        try self.state.withLock { (state) throws(KafkaError) in
            guard !state.isClosed else { throw KafkaError(.state, "the producer is closed") }
            if state.front.isEmpty {
                do throws(KafkaError) {
                    try self.client.produce(record)
                    state.statistics.queued += 1
                    return
                } catch  where error.code == .queueFull {
                    // It waits in front.
                }
            }
            if state.front.count >= self.options.capacity {
                guard self.options.whenFull == .dropOldest, let oldest = state.front.removeFirst() else {
                    throw KafkaError(.queueFull, "the queue holds \(state.front.count) records", isRetriable: true)
                }
                let full = KafkaError(.queueFull, "dropped as the oldest of \(self.options.capacity) waiting records")
                state.unsent.append(DeliveryReport(unsent: oldest, full))
                state.statistics.dropped += 1
            }
            state.front.append(record)
            state.statistics.queued += 1
        }
    }

    /// Serves events until `stop`; the body of the producer's thread.
    func serve() {
        while !self.state.withLock({ $0.isStopped }) {
            self.serveOnce(milliseconds: 100)
        }
        while self.serveOnce(milliseconds: 0) {}
    }

    func stop() {
        self.state.withLock { $0.isStopped = true }
        self.client.wakeUp()
    }

    /// The partition counts of all topics, asked anew.
    func partitionCounts(milliseconds: Int) throws(KafkaError) -> [String: Int] {
        try self.client.partitionCounts(milliseconds: milliseconds)
    }

    func flush(milliseconds: Int) -> Bool {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while self.statistics.queued > 0 {
            guard ContinuousClock.now < deadline else { return false }
            // Suspends lingering while it runs; the thread serves the reports.
            if unsafe rd_kafka_flush(self.client.raw, 20) == RD_KAFKA_RESP_ERR_NO_ERROR { usleep(500) }
        }
        return true
    }

    /// Gives up what is not written, as reports with an error, and takes no more.
    func purge() {
        let purged = KafkaError(.purged, "the producer was closed before the record was written")
        self.state.withLock { state in
            state.isClosed = true
            while let record = state.front.removeFirst() {
                state.unsent.append(DeliveryReport(unsent: record, purged))
                state.statistics.failed += 1
            }
        }
        unsafe rd_kafka_purge(self.client.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    /// Takes what is there, refills librdkafka's queue and hands the reports over; returns whether there was anything.
    @discardableResult
    private func serveOnce(milliseconds: Int32) -> Bool {
        var reports: [DeliveryReport] = []
        var wait = milliseconds
        while reports.count < 10_000, let event = unsafe self.client.nextEvent(within: wait) {
            unsafe self.read(event, into: &reports)
            unsafe rd_kafka_event_destroy(event)
            wait = 0
        }
        self.state.withLock { state in
            let failed = reports.count { $0.error != nil }
            state.statistics.failed += failed
            state.statistics.delivered += reports.count - failed
            self.refill(&state)
            reports += state.unsent
            state.unsent = []
        }
        guard !reports.isEmpty else { return false }
        self.onDelivery(reports)
        // Last, so that `flush` returns only after the reports were handed over.
        let count = reports.count
        self.state.withLock { $0.statistics.queued -= count }
        return true
    }

    private func refill(_ state: inout State) {
        while let record = state.front.first {
            do throws(KafkaError) {
                try self.client.produce(record)
            } catch {
                if error.code == .queueFull { return }
                state.unsent.append(DeliveryReport(unsent: record, error))
                state.statistics.failed += 1
            }
            state.front.removeFirst()
        }
    }

    private func read(_ event: OpaquePointer, into reports: inout [DeliveryReport]) {
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            var handle: OpaquePointer?
            var topic = ""
            while let message = unsafe rd_kafka_event_message_next(event) {
                // One name for all that follow each other, of which a batch has many.
                if let next = unsafe message.pointee.rkt, unsafe next != handle {
                    unsafe handle = next
                    unsafe topic = rd_kafka_topic_name(next).map { unsafe String(cString: $0) } ?? ""
                }
                unsafe reports.append(DeliveryReport(message, topic: topic))
            }
        case RD_KAFKA_EVENT_ERROR:
            let code = unsafe rd_kafka_event_error(event)
            let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) } ?? ""
            self.log(KafkaLogLine(level: 3, facility: KafkaError(code, while: "").name, text: text))
        case RD_KAFKA_EVENT_LOG:
            if let line = unsafe KafkaLogLine(event: event) { self.log(line) }
        default:
            break
        }
    }
}
