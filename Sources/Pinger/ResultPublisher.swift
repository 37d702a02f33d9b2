import Events
import Kafka
import Service
import Synchronization

/// Writes results and pulses to the log through a bounded queue; when it is full the oldest is dropped and counted.
///
/// Safe from every thread: nothing here waits.
final class ResultPublisher: Sendable {
    private let producer: Producer
    private let clock: ClockAlarm

    /// Makes the producer; the broker need not be there yet.
    init(
        _ settings: KafkaSettings,
        capacity: Int = 200_000,
        metrics: Metrics,
        clockOffset: Gauge,
        log: Log
    ) throws(KafkaError) {
        let clock = ClockAlarm(isEnabled: !settings.isEmbedded, offset: clockOffset, log: log)
        self.clock = clock
        let producer = try Producer(
            settings,
            ProducerOptions(capacity: capacity, whenFull: .dropOldest),
            log: { log.debug("kafka", ["facility": $0.facility, "text": $0.text]) },
            onDelivery: { reports in clock.judge(reports, now: WallClock.millis) }
        )
        self.producer = producer
        metrics.sampled("apus_pinger_results_delivered_total", "Records that the brokers acknowledged.") {
            Double(producer.statistics.delivered)
        }
        metrics.sampled("apus_pinger_results_failed_total", "Records that the brokers refused for good.") {
            Double(producer.statistics.failed)
        }
        metrics.sampled("apus_pinger_results_dropped_total", "Records dropped because the queue was full.") {
            Double(producer.statistics.dropped)
        }
    }

    /// Queues results in order.
    func publish(_ results: [CheckResult]) {
        for result in results {
            var value: [UInt8] = []
            value.reserveCapacity(512)
            result.encode(into: &value)
            let key = Array(String(result.monitor).utf8)
            // Refused only after close, or for a record larger than the broker takes, which no result is.
            try? self.producer.send(OutgoingRecord(topic: Topic.results, key: key, value: value))
        }
    }

    /// Queues a pulse into its share's partition.
    func publish(_ pulse: Pulse, partitions: Int) {
        var value: [UInt8] = []
        pulse.encode(into: &value)
        try? self.producer.send(
            OutgoingRecord(
                topic: Topic.results,
                partition: Int32(Partitioning.partition(ofShare: pulse.share, count: partitions)),
                key: nil,
                value: value,
                headers: [OutgoingRecord.Header(Topic.kindHeader, "pulse")]
            )
        )
    }

    /// Sends what is queued, for at most `milliseconds`; `false` if something was left.
    func close(milliseconds: Int) -> Bool {
        self.producer.close(milliseconds: milliseconds)
    }
}

/// Alarms when this machine's clock and the broker's differ by two seconds or more (design §5).
///
/// A delivery report carries the time at which the broker appended the record; it arrives soon after, so that the
/// difference to now is the clocks' offset and a short delay. Not on the embedded broker, whose reports lie.
final class ClockAlarm: Sendable {
    private static let tolerance: Int64 = 2_000
    private static let spacing: Int64 = 60_000

    private let isEnabled: Bool
    private let offset: Gauge
    private let log: Log
    private let lastAlarm = Mutex(Int64.min / 2)

    init(isEnabled: Bool, offset: Gauge, log: Log) {
        self.isEnabled = isEnabled
        self.offset = offset
        self.log = log
    }

    /// Looks at the newest report of a batch, at wall time `now`.
    func judge(_ reports: [DeliveryReport], now: Int64) {
        guard self.isEnabled, let newest = reports.last(where: { $0.error == nil && $0.timestamp > 0 }) else { return }
        let ahead = now - newest.timestamp
        self.offset.set(Double(ahead) / 1_000)
        guard abs(ahead) >= ClockAlarm.tolerance else { return }
        let isDue = self.lastAlarm.withLock { last in
            guard now - last >= ClockAlarm.spacing || now < last else { return false }
            last = now
            return true
        }
        if isDue {
            self.log.warning(
                "the clock differs from the broker's: slots of this region will be judged late or early; mend NTP",
                ["aheadMillis": ahead]
            )
        }
    }
}
