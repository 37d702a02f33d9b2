import Events
import Kafka
import Service
import Synchronization

/// Says every ten seconds, in every partition and on a thread of its own, that pushes would have been heard.
final class PushPulses: Sendable {
    private let producer: Producer
    private let instance: String
    private let wakeup = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Pulses through `producer`; nothing happens before ``start()``.
    init(_ producer: Producer, instance: String) {
        self.producer = producer
        self.instance = instance
    }

    /// Starts the thread.
    func start() {
        let thread = DedicatedThread("push-pulses") { self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .relaxed)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run() {
        while !self.isStopping.load(ordering: .relaxed) {
            // Asked of the producer itself, which so knows every topic before the relay's first record.
            let counts = (try? self.producer.partitionCounts(milliseconds: 1_000)) ?? [:]
            for partition in 0..<Int32(counts[Topic.results] ?? 0) { self.pulse(partition) }
            let isComplete = [Topic.results, Topic.monitors, Topic.settings].allSatisfy { counts[$0] != nil }
            _ = self.wakeup.wait(millis: isComplete ? Pulse.interval : 500)
        }
    }

    private func pulse(_ partition: Int32) {
        // A share lies in the partition of its number modulo the count: the lowest one stands for all of them.
        let pulse = Pulse(
            region: Pulse.pushRegion,
            share: Int(partition),
            time: WallClock.millis,
            pinger: self.instance
        )
        var value: [UInt8] = []
        pulse.encode(into: &value)
        // With a full queue the broker is away, and a pulse that comes later would prove nothing.
        try? self.producer.send(
            OutgoingRecord(
                topic: Topic.results,
                partition: partition,
                key: nil,
                value: value,
                headers: [OutgoingRecord.Header(Topic.kindHeader, "pulse")]
            )
        )
    }
}
