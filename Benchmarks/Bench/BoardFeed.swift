import Events
import Glibc
import Kafka
import Service
import Synchronization

/// Writes what the pingers of one region would: a result of every monitor each half minute, evenly over time, and pulses.
///
/// Result `k` is of monitor ``monitor(_:)`` and of the slot `base + k × step`. From ``firstChange`` on, some of them
/// change the state of their monitor.
final class BoardFeed: Sendable {
    static let monitors: Int64 = 10_000
    /// Coprime to the number of monitors, so that neighbours on the board don't change one after another.
    static let stride: Int64 = 3_001
    /// From a slot to the next one, ms: each monitor's turn comes every 30 s.
    static let step: Int64 = 3
    /// Every so many results, one changes the state of its monitor.
    static let every: Int64 = 25
    static let region = "bench"

    /// The slot of the first result, Unix ms.
    let base: Int64
    private let log: EmbeddedLog
    private let changes = Mutex<Range<Int64>>(0..<0)
    private let failure = Mutex<String?>(nil)
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Writes one result of each monitor at once, and then one after another until ``stop()``.
    init(_ log: EmbeddedLog) throws {
        self.log = log
        let now = WallClock.millis
        self.base = now + 1_000
        try log.pulse(Self.region)
        try log.deliver((1...Self.monitors).map { Self.record($0, slot: now, .up) })
        let thread = DedicatedThread("feed") { self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Whose result the `k`th is.
    static func monitor(_ k: Int64) -> Int64 { k * self.stride % self.monitors + 1 }

    /// Lets results change states for `seconds`, from some seconds from now on.
    ///
    /// - Returns: the numbers of the results between which they do.
    func change(in delay: Int64, seconds: Int64) -> Range<Int64> {
        let next = (WallClock.millis + delay * 1_000 - self.base) / Self.step
        let first = (next / Self.every + 1) * Self.every
        let range = first..<first + seconds * 1_000 / Self.step
        self.changes.withLock { $0 = range }
        return range
    }

    /// Ends the thread.
    ///
    /// - Throws: ``BenchError`` where it ended before.
    func stop() throws {
        self.isStopping.store(true, ordering: .relaxed)
        self.thread.withLock { $0.take() }?.join()
        if let failure = self.failure.withLock({ $0 }) { throw BenchError("the feed broke off: \(failure)") }
    }

    private func run() {
        var down: Set<Int64> = []
        var next: Int64 = 0
        var pulsed = WallClock.millis
        do {
            while !self.isStopping.load(ordering: .relaxed) {
                let now = WallClock.millis
                if now - pulsed >= 5_000 {
                    pulsed = now
                    try self.log.pulse(Self.region)
                }
                while self.base + next * Self.step <= now {
                    let monitor = Self.monitor(next)
                    if next % Self.every == 0, self.changes.withLock({ $0.contains(next) }),
                        down.remove(monitor) == nil
                    {
                        down.insert(monitor)
                    }
                    let outcome: Outcome = down.contains(monitor) ? .down : .up
                    try self.log.producer.send(
                        Self.record(monitor, slot: self.base + next * Self.step, outcome)
                    )
                    next += 1
                }
                usleep(1_000)
            }
        } catch {
            self.failure.withLock { $0 = "\(error)" }
        }
    }

    private static func record(_ monitor: Int64, slot: Int64, _ outcome: Outcome) -> OutgoingRecord {
        var value: [UInt8] = []
        CheckResult(
            monitor: monitor,
            region: Self.region,
            slot: slot,
            startedAt: slot,
            outcome: outcome,
            reason: outcome == .down ? .refused : nil,
            phase: outcome == .down ? .connect : nil,
            timings: Timings(total: 1_000 + monitor),
            pinger: Self.region,
            generation: 1
        ).encode(into: &value)
        return OutgoingRecord(topic: Topic.results, key: Array("\(monitor)".utf8), value: value)
    }
}
