import CAres
import EventLoop
import Glibc

/// A c-ares channel on the loop: its sockets, and the tick that drives its retries.
@safe final class ResolverChannel: ReadinessHandler {
    /// c-ares looks for retries that are due this often, in microseconds; asking it for the next costs O(questions).
    private static let interval: Int64 = 50_000
    private static let library = ares_library_init(ARES_LIB_INIT_ALL)

    private let loop: EventLoop
    private var timer: LoopTimer?
    private var channel: OpaquePointer?
    /// Questions under way.
    private(set) var questions = 0

    /// - Parameter takesFirstWord: `true`: an answer that the server failed or refuses is an answer; `false`: the next
    ///   server is asked, and that all have said so is told like silence.
    init(on loop: EventLoop, servers: String?, takesFirstWord: Bool) throws(ResolverError) {
        self.loop = loop
        guard ResolverChannel.library == ARES_SUCCESS else { throw ResolverError(code: ResolverChannel.library) }
        var options = unsafe ares_options()
        unsafe options.timeout = 2_000
        unsafe options.tries = 3
        unsafe options.flags = takesFirstWord ? ARES_FLAG_NOCHECKRESP : 0
        unsafe options.sock_state_cb = onSocketState
        unsafe options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        let mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS
        var code = unsafe "b".withCString { lookups in
            unsafe options.lookups = UnsafeMutablePointer(mutating: lookups)
            return unsafe ares_init_options(&self.channel, &options, mask)
        }
        if code == ARES_SUCCESS, let servers { code = unsafe ares_set_servers_ports_csv(self.channel, servers) }
        guard code == ARES_SUCCESS else { throw ResolverError(code: code) }
        self.timer = LoopTimer(on: loop) { [weak self] in
            guard let self else { return }
            unsafe ares_process_fd(self.channel, -1, -1)
            self.tick()
        }
    }

    deinit {
        if let channel = unsafe self.channel { unsafe ares_destroy(channel) }
    }

    /// Asks the servers; `answered` is called once with c-ares' status, perhaps before this returns.
    func ask(_ name: String, _ family: Int32, _ answered: @escaping (Int32, [IPAddress]) -> Void) {
        var hints = ares_addrinfo_hints()
        hints.ai_family = family
        hints.ai_flags = ARES_AI_NOSORT
        let context = unsafe Unmanaged.passRetained(Question(self, answered)).toOpaque()
        self.questions += 1
        unsafe ares_getaddrinfo(self.channel, name, nil, &hints, onAnswer, context)
        self.tick()
    }

    fileprivate func ended() {
        self.questions -= 1
    }

    /// Keeps the tick going while there are questions.
    private func tick() {
        guard self.questions > 0, let timer = self.timer, !timer.isSet else { return }
        timer.set(after: ResolverChannel.interval)
    }

    fileprivate func interest(_ descriptor: Int32, _ readiness: Readiness) {
        if readiness.isEmpty {
            self.loop.unwatch(descriptor)
        } else {
            // A descriptor that can't be watched shows as a lookup that times out.
            try? self.loop.watch(descriptor, for: readiness, handler: self)
        }
    }

    func descriptor(_ descriptor: Int32, isReadyFor readiness: Readiness) {
        let canRead = !readiness.isDisjoint(with: [.readable, .failed])
        let canWrite = !readiness.isDisjoint(with: [.writable, .failed])
        unsafe ares_process_fd(self.channel, canRead ? descriptor : -1, canWrite ? descriptor : -1)
    }
}

/// What c-ares hands back with an answer.
private final class Question {
    let channel: ResolverChannel
    let answered: (Int32, [IPAddress]) -> Void

    init(_ channel: ResolverChannel, _ answered: @escaping (Int32, [IPAddress]) -> Void) {
        self.channel = channel
        self.answered = answered
    }
}

/// Called by c-ares on the loop's thread when it wants a socket watched otherwise; `data` is the unretained channel.
private func onSocketState(_ data: UnsafeMutableRawPointer?, _ socket: Int32, _ read: Int32, _ write: Int32) {
    guard let data = unsafe data else { return }
    let channel = unsafe Unmanaged<ResolverChannel>.fromOpaque(data).takeUnretainedValue()
    var readiness: Readiness = []
    if read != 0 { readiness.insert(.readable) }
    if write != 0 { readiness.insert(.writable) }
    channel.interest(socket, readiness)
}

/// Called by c-ares once per question on the loop's thread; takes over the reference that `ask` made.
private func onAnswer(
    _ data: UnsafeMutableRawPointer?,
    _ status: Int32,
    _ timeouts: Int32,
    _ answer: UnsafeMutablePointer<ares_addrinfo>?
) {
    guard let data = unsafe data else { return }
    let question = unsafe Unmanaged<Question>.fromOpaque(data).takeRetainedValue()
    defer { if let answer = unsafe answer { unsafe ares_freeaddrinfo(answer) } }
    // The channel is going: nobody waits any more.
    guard status != ARES_EDESTRUCTION else { return }
    question.channel.ended()
    var addresses: [IPAddress] = []
    var node = unsafe answer?.pointee.nodes
    while let current = unsafe node {
        if let address = unsafe current.pointee.ai_addr,
            let parsed = unsafe IPAddress(unsafe: address, length: Int(current.pointee.ai_addrlen))
        {
            addresses.append(parsed)
        }
        unsafe node = current.pointee.ai_next
    }
    question.answered(status, addresses)
}
