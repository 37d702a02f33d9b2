import Events
import Kafka

/// Writes outbox entries to the log in the order that readers rely on: settings, changes, actions, definitions (design §3).
///
/// A definition follows its change's acknowledgement, so that no result of a generation precedes its change. What is
/// written twice after a crash is the same generation again, which every reader ignores. For the relay's thread.
final class RelayPublisher {
    private let producer: Producer
    private let patience: Int

    /// Writes through `producer`, waiting at most `patience` ms for each step's acknowledgements.
    init(_ producer: Producer, patience: Int = 5_000) {
        self.producer = producer
        self.patience = patience
    }

    /// Whether nothing of an earlier, interrupted attempt is still on its way.
    var isIdle: Bool { self.producer.statistics.queued + self.producer.statistics.waiting == 0 }

    /// Writes entries, in their order within each step.
    ///
    /// - Throws: ``KafkaError`` when something is not acknowledged; then all of them are to be written again.
    func publish(_ entries: [Outbox.Entry]) throws(KafkaError) {
        try self.deliver(entries.filter { $0.topic == Topic.settings }.map(Self.definition))
        try self.deliver(entries.compactMap { entry in entry.change.map { Self.record("change", entry.key, $0) } })
        try self.deliver(
            entries.compactMap { entry in
                entry.topic == Topic.results ? entry.value.map { Self.record("action", entry.key, $0) } : nil
            }
        )
        try self.deliver(entries.filter { $0.topic == Topic.monitors }.map(Self.definition))
    }

    private static func record(_ kind: String, _ key: String, _ value: String) -> OutgoingRecord {
        OutgoingRecord(
            topic: Topic.results,
            key: Array(key.utf8),
            value: Array(value.utf8),
            headers: [OutgoingRecord.Header(Topic.kindHeader, kind)]
        )
    }

    private static func definition(_ entry: Outbox.Entry) -> OutgoingRecord {
        OutgoingRecord(topic: entry.topic, key: Array(entry.key.utf8), value: entry.value.map { Array($0.utf8) })
    }

    private func deliver(_ records: [OutgoingRecord]) throws(KafkaError) {
        for report in try self.producer.deliver(records, milliseconds: self.patience) {
            if let error = report.error { throw error }
        }
    }
}
