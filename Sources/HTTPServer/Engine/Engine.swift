import CMicrohttpd
import Glibc
import Synchronization

/// The part of a server that its threads share.
@safe final class Engine: @unchecked Sendable {
    // Sendable although it holds a handle of C: libmicrohttpd lets any thread quiesce and stop a daemon, and `stop`
    // does it once.
    let address: ListenAddress
    let configuration: HTTPServer.Configuration
    let router: Router
    let observe: (@Sendable (HTTPServer.Observation) -> Void)?
    let connections: ConnectionTable
    let suspended = SuspendedExchanges()
    let streams = OpenStreams()
    let workers: WorkerPool
    let computers: WorkerPool
    let tally = Tally()
    private let sweeper: Sweeper
    /// Bounds target and headers together; libmicrohttpd clears all of it for each request.
    private static let connectionMemory = 16_384
    private let descriptor: Int32
    private let daemon = Mutex<UInt>(0)

    init(
        _ configuration: HTTPServer.Configuration,
        _ router: Router,
        _ observe: (@Sendable (HTTPServer.Observation) -> Void)?
    ) throws(HTTPServerError) {
        (self.descriptor, self.address) = try ListenSocket.open(configuration.listen)
        self.configuration = configuration
        self.router = router
        self.observe = observe
        self.connections = ConnectionTable(configuration)
        self.workers = WorkerPool(threads: configuration.workers, capacity: configuration.workerQueue)
        self.computers = WorkerPool(threads: configuration.computers, capacity: configuration.workerQueue)
        self.sweeper = Sweeper(self.connections, self.streams, heartbeat: configuration.heartbeat)
        // libmicrohttpd divides its limit among the loops, which do not share evenly; ours is the one that counts.
        let daemon = unsafe apus_mhd_start(
            self.descriptor,
            UInt32(max(2, configuration.loops)),
            UInt32(configuration.connections * max(2, configuration.loops) + 256),
            UInt32(max(1, configuration.idleDeadline / 1000)),
            Self.connectionMemory,
            onAccess,
            onTarget,
            onCompleted,
            onConnection,
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard let daemon = unsafe daemon else {
            self.workers.stop()
            self.computers.stop()
            self.sweeper.stop()
            close(self.descriptor)
            throw .notStarted(configuration.listen)
        }
        self.daemon.withLock { $0 = UInt(bitPattern: daemon) }
    }

    var counters: HTTPServer.Counters {
        var counters = HTTPServer.Counters()
        self.connections.count(into: &counters)
        self.tally.count(into: &counters)
        counters.streams = self.streams.count
        return counters
    }

    func stop(within milliseconds: Int64) {
        let handle = self.daemon.withLock { handle in
            defer { handle = 0 }
            return handle
        }
        guard let daemon = unsafe OpaquePointer(bitPattern: handle) else { return }
        self.tally.isStopping.store(true, ordering: .relaxed)
        _ = unsafe MHD_quiesce_daemon(daemon)
        self.streams.close()
        let deadline = MonotonicClock.milliseconds + milliseconds
        while self.tally.active.load(ordering: .relaxed) > 0, MonotonicClock.milliseconds < deadline {
            usleep(2000)
        }
        self.workers.stop()
        self.computers.stop()
        // A connection must not be suspended when its daemon stops.
        for exchange in self.suspended.close() {
            exchange.answer(HTTPResponse.problem(503, "The server is stopping.").closing())
        }
        self.sweeper.stop()
        unsafe MHD_stop_daemon(daemon)
        close(self.descriptor)
    }
}

/// What the threads of a server count.
final class Tally: Sendable {
    let requests = Atomic<Int>(0)
    let malformed = Atomic<Int>(0)
    let overloaded = Atomic<Int>(0)
    let streamsDropped = Atomic<Int>(0)
    /// Requests whose headers are complete and whose answer is not.
    let active = Atomic<Int>(0)
    let isStopping = Atomic<Bool>(false)
    private let lastID = Atomic<UInt64>(UInt64.random(in: 0...UInt64.max))

    /// The number of the next request.
    func nextID() -> UInt64 {
        self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func count(into counters: inout HTTPServer.Counters) {
        counters.requests = self.requests.load(ordering: .relaxed)
        counters.malformed = self.malformed.load(ordering: .relaxed)
        counters.overloaded = self.overloaded.load(ordering: .relaxed)
        counters.streamsDropped = self.streamsDropped.load(ordering: .relaxed)
    }
}
