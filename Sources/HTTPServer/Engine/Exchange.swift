import CMicrohttpd
import Synchronization

/// One request and its answer, from the request line to the last byte.
///
/// Touched by the loop of its connection; by another thread only while the connection is suspended, through
/// ``answer(_:)``, or through the lock of its event stream.
@safe final class Exchange: EventStream.Transport, @unchecked Sendable {
    // Sendable although it has variables: the loop owns them, and hands them over by suspending and resuming the
    // connection, which both pass through locks of libmicrohttpd.
    enum Stage { case line, body, waiting, answered }

    let engine: Engine
    let raw: OpaquePointer
    let expectedVersionAddress: UInt
    let started: Int64
    var connection: Connection?
    /// The request as handlers see it, as far as it has come.
    var request: HTTPRequest
    /// nil: none that is known.
    var method: HTTPMethod?
    var noted: NotedFields = []
    var overflow = 0
    var endpoint: Router.Endpoint?
    /// What tells the route's admission what memory does not know.
    var ask: (@Sendable () -> Void)?
    var early: HTTPResponse?
    var stage = Stage.line
    var status = 0
    var stream: EventStream?
    var isCounted = false
    private let reply = Mutex<HTTPResponse?>(nil)

    init(_ engine: Engine, _ raw: OpaquePointer, target: String, versionAddress: UInt, id: UInt64) {
        self.engine = engine
        unsafe self.raw = raw
        self.request = HTTPRequest(method: .get, target: target, id: id)
        self.expectedVersionAddress = versionAddress
        self.started = MonotonicClock.microseconds
    }

    /// Gives the answer to a suspended connection and lets it go on; only the first one counts.
    func answer(_ response: HTTPResponse) {
        guard self.engine.suspended.remove(self) else { return }
        self.reply.withLock { $0 = response }
        unsafe MHD_resume_connection(self.raw)
    }

    /// The answer that ``answer(_:)`` left.
    func takeReply() -> HTTPResponse? { self.reply.withLock { $0.take() } }

    func wake() { unsafe MHD_resume_connection(self.raw) }

    func cut() {
        if let connection = self.connection { self.engine.connections.cut(connection) }
    }
}

/// The exchanges whose connections wait for a worker.
final class SuspendedExchanges: Sendable {
    private struct State {
        var waiting: [ObjectIdentifier: Exchange] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Suspends a connection; false when the server is stopping, since nobody would resume it.
    func suspend(_ exchange: Exchange) -> Bool {
        self.state.withLock { state in
            guard !state.isClosed else { return false }
            state.waiting[ObjectIdentifier(exchange)] = exchange
            unsafe MHD_suspend_connection(exchange.raw)
            return true
        }
    }

    /// Whether the exchange was waiting; true for one caller only, who must resume it.
    func remove(_ exchange: Exchange) -> Bool {
        self.state.withLock { $0.waiting.removeValue(forKey: ObjectIdentifier(exchange)) != nil }
    }

    /// Lets nothing be suspended any more, and returns what still is.
    func close() -> [Exchange] {
        self.state.withLock { state in
            state.isClosed = true
            return Array(state.waiting.values)
        }
    }
}
