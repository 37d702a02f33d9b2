import Kafka
import Service
import Synchronization

/// Asks the broker every two seconds which log it has, because librdkafka 2.0.2 goes on silently in a recreated one.
///
/// On a thread of its own, so that a broker that doesn't answer never holds up stepping.
final class LogWatch: Sendable {
    static let period: Int64 = 2_000

    private let seen = Mutex<LogIdentity?>(nil)
    private let ended = Atomic(false)
    private let wakeup = Wakeup()

    init(_ settings: KafkaSettings, topic: String) {
        _ = DedicatedThread("log-watch") { [self] in self.watch(settings, topic: topic) }
    }

    /// The log as the broker last told; `nil`: never, or not in this moment.
    var identity: LogIdentity? { self.seen.withLock { $0 } }

    /// Lets the thread end by itself, some seconds later where the broker doesn't answer: nobody need wait for it.
    func end() {
        self.ended.store(true, ordering: .releasing)
        self.wakeup.raise()
    }

    private func watch(_ settings: KafkaSettings, topic: String) {
        var inspector: LogInspector?
        while !self.ended.load(ordering: .acquiring) {
            do throws(KafkaError) {
                let current: LogInspector
                if let inspector { current = inspector } else { current = try LogInspector(settings) }
                inspector = current
                let cluster = try current.clusterID(milliseconds: 2_000)
                let count = try current.partitionCount(of: topic, milliseconds: 2_000)
                self.seen.withLock { seen in
                    seen = count.map { LogIdentity(clusterID: cluster, partitions: Int32(clamping: $0)) }
                }
            } catch {
                if error.isFatal { inspector = nil }
                self.seen.withLock { $0 = nil }
            }
            self.wakeup.wait(millis: self.identity == nil ? 200 : Self.period)
        }
    }
}
