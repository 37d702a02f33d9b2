import Synchronization

/// The event streams that have a connection.
final class OpenStreams: Sendable {
    private struct State {
        var open: [ObjectIdentifier: EventStream] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    var count: Int { self.state.withLock { $0.open.count } }

    /// Takes in a stream; it is ended at once when the server is stopping.
    func add(_ stream: EventStream) {
        let isClosed = self.state.withLock { state in
            state.open[ObjectIdentifier(stream)] = stream
            return state.isClosed
        }
        if isClosed { stream.close() }
    }

    func remove(_ stream: EventStream) {
        self.state.withLock { $0.open[ObjectIdentifier(stream)] = nil }
    }

    /// Ends all streams, those to come too.
    func close() {
        let open = self.state.withLock { state in
            state.isClosed = true
            return Array(state.open.values)
        }
        for stream in open { stream.close() }
    }

    /// Sends a heartbeat to all.
    func beat() {
        let open = self.state.withLock { Array($0.open.values) }
        for stream in open { stream.send(.heartbeat) }
    }
}
