import Crypto
import Events
import Kafka
import Service

/// Which shares of the monitors this pinger holds, and what they contain (design §5).
///
/// The pingers of a region are one consumer group on `monitors`: a partition is a share, and whoever holds it checks
/// its monitors. After a rebalance the old shares are kept until the new ones are known, since a doubled check costs
/// nothing and a gap does. Lives on a thread of its own; tells what it learns through `onChange`.
final class Shares {
    /// What a pinger learns from the log.
    enum Learned: Sendable {
        /// A monitor of a share is to be checked as defined.
        case defined(Definition)
        /// A monitor is gone, or not ours to check.
        case removed(monitor: Int64)
        /// The shares are no longer ours.
        case dropped(Set<Int>)
    }

    private let consumer: Consumer
    private let region: String
    private let key: SecretKey
    private let log: Log
    private let refused: Counter
    private let onChange: ([Learned]) -> Void
    /// The shares that are checked now.
    private(set) var held: Set<Int>
    /// Whether the group has answered this client at all, if only with no share.
    private(set) var hasJoined = false
    /// The next offset to read in each share that is held.
    private var positions: [Int: Int64] = [:]

    /// Joins the region's group; nothing is read before ``turn(milliseconds:)``.
    ///
    /// `held` are the shares of a client before this one: they are kept until the new ones are known, and then read
    /// anew or given up.
    init(
        _ settings: KafkaSettings,
        held: Set<Int>,
        region: String,
        key: SecretKey,
        log: Log,
        refused: Counter,
        onChange: @escaping ([Learned]) -> Void
    ) throws(KafkaError) {
        self.consumer = try Consumer(
            settings,
            // Definitions change seldom: asking 48 shares a hundred times a second would cost as much as the checks.
            ConsumerOptions(membership: .group("pinger-\(region)", topics: [Topic.monitors]), fetchWait: 100),
            log: { log.debug("kafka", ["facility": $0.facility, "text": $0.text]) }
        )
        self.held = held
        self.region = region
        self.key = key
        self.log = log
        self.refused = refused
        self.onChange = onChange
    }

    /// Makes a waiting ``turn(milliseconds:)`` return; from any thread.
    var wakeUp: @Sendable () -> Void { self.consumer.wakeUp }

    /// Waits at most `milliseconds` for news and takes them in.
    ///
    /// - Throws: ``KafkaError`` when the client is beyond repair and must be made anew.
    func turn(milliseconds: Int) throws(KafkaError) {
        switch try self.consumer.poll(milliseconds: milliseconds) {
        case .messages(let batch): self.read(batch)
        case .assigned(let partitions):
            self.hasJoined = true
            try self.take(Set(partitions.map { Int($0.partition) }))
        case .revoked: try self.consumer.unassign()
        case .partitionFailed(let partition, let error): try self.readAgain(partition, error)
        case .failed(let error): self.log.warning("kafka is in trouble", ["error": error.description])
        case nil: break
        }
    }

    /// Leaves the group, so that the others take over at once.
    func close() {
        self.consumer.close(milliseconds: 3_000)
    }

    private func take(_ shares: Set<Int>) throws(KafkaError) {
        let gone = self.held.subtracting(shares)
        for share in gone { self.positions[share] = nil }
        self.held = shares
        if !gone.isEmpty { self.onChange([.dropped(gone)]) }
        self.log.info("shares assigned", ["shares": shares.count, "given up": gone.count])
        try self.assign()
    }

    /// Reads every share that is held from where it was left.
    private func assign() throws(KafkaError) {
        try self.consumer.assign(
            self.held.sorted().map { share in
                LogPosition(Topic.monitors, Int32(share), offset: self.positions[share] ?? LogPosition.beginning)
            }
        )
    }

    /// A share's log was truncated or made anew: what it says now is read from its beginning.
    private func readAgain(_ partition: TopicPartition, _ error: KafkaError) throws(KafkaError) {
        self.log.warning("reading a share again", ["share": Int(partition.partition), "error": error.description])
        self.positions[Int(partition.partition)] = nil
        try self.assign()
    }

    private func read(_ batch: MessageBatch) {
        var learned: [Learned] = []
        batch.forEach { message in
            let share = Int(message.topicPartition.partition)
            guard self.held.contains(share) else { return }
            self.positions[share] = message.offset + 1
            if let news = self.read(message) { learned.append(news) }
        }
        if !learned.isEmpty { self.onChange(learned) }
    }

    private func read(_ message: borrowing Message) -> Learned? {
        guard let value = message.value else {
            guard let id = Int64(String(decoding: message.key ?? [], as: UTF8.self)) else { return nil }
            return .removed(monitor: id)
        }
        do {
            let definition = try Definition.read(value, key: self.key)
            return definition.isChecked(from: self.region)
                ? .defined(definition) : .removed(monitor: definition.monitor.id)
        } catch {
            self.refused.add()
            self.log.error(
                "a definition can't be used",
                ["key": String(decoding: message.key ?? [], as: UTF8.self), "error": "\(error)"]
            )
            return nil
        }
    }
}
