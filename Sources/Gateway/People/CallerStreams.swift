import HTTPServer
import Synchronization

/// The event streams that are open, each with who listens: it ends within seconds when its key or session does.
///
/// Safe from every thread.
final class CallerStreams: Sendable {
    private struct Listener {
        let stream: EventStream
        let caller: Caller
    }

    private let credentials: Credentials
    private let listeners = Mutex<[ObjectIdentifier: Listener]>([:])

    /// Streams whose callers came in with `credentials`.
    init(_ credentials: Credentials) {
        self.credentials = credentials
    }

    /// Looks after a stream until its client is gone.
    func add(_ stream: EventStream, _ caller: Caller) {
        // What can't be taken back needs no looking after.
        guard !caller.fingerprint.isEmpty else { return }
        let key = ObjectIdentifier(stream)
        self.listeners.withLock { $0[key] = Listener(stream: stream, caller: caller) }
        stream.onClose { [weak self] in _ = self?.listeners.withLock { $0.removeValue(forKey: key) } }
    }

    /// Ends the streams whose credential opens nothing at `now` (Unix ms) any more.
    ///
    /// Listening is using: a dashboard on a wall does not run into the limit for idle sessions.
    func closeUnwelcome(now: Int64) {
        let listeners = self.listeners.withLock { Array($0.values) }
        for listener in listeners where !self.credentials.stillOpen(for: listener.caller, now: now) {
            listener.stream.close()
        }
    }
}
