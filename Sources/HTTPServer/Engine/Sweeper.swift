/// The thread that keeps the absolute deadlines and sends the heartbeats.
///
/// libmicrohttpd only knows the time since the last byte: a client that sends one byte at a time would stay for ever.
final class Sweeper: @unchecked Sendable {
    // Sendable although it has a variable: it is touched only with the gate's lock held.
    private let gate = Gate()
    private var isStopped = false
    private static let period: Int64 = 100

    init(_ connections: ConnectionTable, _ streams: OpenStreams, heartbeat: Int64) {
        startThread { self.run(connections, streams, heartbeat) }
    }

    func stop() {
        self.gate.lock()
        self.isStopped = true
        self.gate.wakeAll()
        self.gate.unlock()
    }

    private func run(_ connections: ConnectionTable, _ streams: OpenStreams, _ heartbeat: Int64) {
        var nextBeat = MonotonicClock.milliseconds + heartbeat
        while self.pause() {
            let now = MonotonicClock.milliseconds
            connections.sweep(now: now)
            if now >= nextBeat {
                streams.beat()
                nextBeat = now + heartbeat
            }
        }
    }

    /// Waits for the next turn; false when there is none.
    private func pause() -> Bool {
        let until = MonotonicClock.milliseconds + Self.period
        self.gate.lock()
        defer { self.gate.unlock() }
        while !self.isStopped, MonotonicClock.milliseconds < until { self.gate.wait(until: until) }
        return !self.isStopped
    }
}
