import Events
import Kafka
import Service
import Synchronization
import Testing

/// Reads everything that is written to `monitoring-results`, beside the product: the truth that its books are held to.
final class LogRecorder: Sendable {
    /// One record as it lies in the log.
    struct Entry: Sendable {
        let partition: Int
        let offset: Int64
        let timestamp: Int64
        let kind: String?
        let key: [UInt8]?
        let value: [UInt8]?
    }

    private struct State {
        var entries: [Entry] = []
        var isStopping = false
        var failure: String?
    }

    /// How many partitions the topic has.
    let partitions: Int
    private let state: SharedState
    private let thread: DedicatedThread

    private final class SharedState: Sendable {
        let state = Mutex(State())
    }

    /// Starts at the log's beginning; waits until the topic is there.
    init(_ settings: KafkaSettings) throws {
        let admin = try TopicAdmin(settings)
        var found: Int?
        expectSoon("the topic \(Topic.results) exists", within: 20) {
            found = try? admin.partitionCount(of: Topic.results)
            return found != nil
        }
        let partitions = try #require(found)
        let shared = SharedState()
        self.partitions = partitions
        self.state = shared
        self.thread = DedicatedThread("recorder") { Self.record(settings, partitions, shared) }
    }

    /// Ends reading.
    func stop() {
        let isFirst = self.state.state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        if isFirst { self.thread.join() }
    }

    /// What was read so far; in each partition in order.
    var entries: [Entry] { self.state.state.withLock { $0.entries } }

    /// What kept it from reading; nil when nothing did.
    var failure: String? { self.state.state.withLock { $0.failure } }

    /// The next offset of each partition in which something was read.
    var ends: [Int: Int64] {
        self.entries.reduce(into: [:]) { $0[$1.partition] = $1.offset + 1 }
    }

    /// The results read so far, those that can be decoded.
    var results: [CheckResult] {
        self.entries.compactMap { entry in
            guard entry.kind == nil, let value = entry.value else { return nil }
            return try? CheckResult.decode(value.span)
        }
    }

    private static func record(_ settings: KafkaSettings, _ partitions: Int, _ shared: SharedState) {
        do throws(KafkaError) {
            let consumer = try Consumer(settings, ConsumerOptions(membership: .none()))
            var next = [Int64](repeating: LogPosition.beginning, count: partitions)
            func assign() throws(KafkaError) {
                let places = next.enumerated().map { LogPosition(Topic.results, Int32($0.offset), offset: $0.element) }
                try consumer.assign(places)
            }
            try assign()
            while !shared.state.withLock({ $0.isStopping }) {
                switch try consumer.poll(milliseconds: 50) {
                case .messages(let batch):
                    var entries: [Entry] = []
                    batch.forEach { message in
                        let partition = Int(message.topicPartition.partition)
                        next[partition] = message.offset + 1
                        entries.append(
                            Entry(
                                partition: partition,
                                offset: message.offset,
                                timestamp: message.timestamp,
                                kind: message.header(Topic.kindHeader),
                                key: message.key,
                                value: message.value
                            )
                        )
                    }
                    shared.state.withLock { $0.entries += entries }
                case .partitionFailed(let place, let error):
                    shared.state.withLock { $0.failure = "\(place): \(error)" }
                    try assign()
                default: break
                }
            }
        } catch {
            shared.state.withLock { $0.failure = "\(error)" }
        }
    }
}
