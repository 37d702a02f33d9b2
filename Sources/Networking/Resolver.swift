import CAres
package import EventLoop
import Glibc

/// Finds the addresses of names without ever blocking: c-ares on an ``EventLoop``.
///
/// Literals, `localhost` (RFC 6761) and `/etc/hosts` are answered at once, all else by the servers of
/// `/etc/resolv.conf`. Each lookup has a deadline of its own. Used on the loop's thread only, and released after the
/// loop has stopped.
@safe package final class Resolver: @unchecked Sendable {
    // Unchecked: owner of a c-ares channel, which only the loop's thread touches.

    /// Questions under way at most; one more is a local fault.
    package static let capacity = 20_000

    private static let library = ares_library_init(ARES_LIB_INIT_ALL)

    private let loop: EventLoop
    private let sockets: ResolverSockets
    private let channel: OpaquePointer
    private var hosts: HostsFile

    /// Makes a resolver on `loop`.
    ///
    /// - Parameters:
    ///   - servers: name servers as `address:port`, separated by commas; `nil`: those of `/etc/resolv.conf`.
    ///   - hostsFile: the table of names that comes first.
    package init(
        on loop: EventLoop,
        servers: String? = nil,
        hostsFile: String = "/etc/hosts"
    ) throws(ResolverError) {
        guard Resolver.library == ARES_SUCCESS else { throw ResolverError(code: Resolver.library) }
        let sockets = ResolverSockets(loop: loop)
        var options = unsafe ares_options()
        unsafe options.timeout = 2_000
        unsafe options.tries = 3
        unsafe options.sock_state_cb = onSocketState
        unsafe options.sock_state_cb_data = Unmanaged.passUnretained(sockets).toOpaque()
        let mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS
        var channel: OpaquePointer?
        let code = unsafe "b".withCString { lookups in
            unsafe options.lookups = UnsafeMutablePointer(mutating: lookups)
            return unsafe ares_init_options(&channel, &options, mask)
        }
        guard code == ARES_SUCCESS, let channel = unsafe channel else { throw ResolverError(code: code) }
        if let servers {
            let code = unsafe ares_set_servers_ports_csv(channel, servers)
            guard code == ARES_SUCCESS else {
                unsafe ares_destroy(channel)
                throw ResolverError(code: code)
            }
        }
        self.loop = loop
        self.sockets = sockets
        unsafe self.channel = channel
        self.hosts = HostsFile(path: hostsFile)
        unsafe sockets.channel = channel
    }

    deinit {
        unsafe ares_destroy(self.channel)
    }

    /// Finds the addresses of `name` and calls `completion` once on the loop's thread, perhaps before this returns.
    ///
    /// - Parameters:
    ///   - name: a host name in ASCII or a literal address without brackets.
    ///   - family: which addresses are wanted.
    ///   - timeout: how long it may take, in microseconds.
    /// - Returns: the question, to cancel it with.
    @discardableResult
    package func resolve(
        _ name: String,
        family: IPFamily = .any,
        within timeout: Int64,
        completion: @escaping (Result<[IPAddress], DNSFailure>) -> Void
    ) -> Lookup {
        let lookup = Lookup(completion)
        if let known = self.known(name) {
            let addresses = known.filter(family.includes)
            lookup.finish(addresses.isEmpty ? .failure(.noData) : .success(addresses))
            return lookup
        }
        guard self.sockets.questions < Resolver.capacity else {
            lookup.finish(.failure(.local("\(Resolver.capacity) lookups are under way already")))
            return lookup
        }
        let families = family == .any ? [AF_INET6, AF_INET] : [family == .ipv6 ? AF_INET6 : AF_INET]
        lookup.pending = families.count
        lookup.expire(on: self.loop, after: timeout)
        for family in families { self.ask(name, family, for: lookup) }
        self.sockets.tick()
        return lookup
    }

    /// What can be answered without asking anyone.
    private func known(_ name: String) -> [IPAddress]? {
        if let literal = IPAddress(name) { return [literal] }
        var host = name.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        if let listed = self.hosts.addresses(of: host, now: MonotonicTime.now) { return listed }
        guard host == "localhost" || host.hasSuffix(".localhost") else { return nil }
        return [IPAddress(ipv4: 0x7f00_0001), IPAddress(ipv6: 0, 1)]
    }

    private func ask(_ name: String, _ family: Int32, for lookup: Lookup) {
        var hints = ares_addrinfo_hints()
        hints.ai_family = family
        hints.ai_flags = ARES_AI_NOSORT
        let question = Question(lookup: lookup, sockets: self.sockets)
        self.sockets.questions += 1
        let context = unsafe Unmanaged.passRetained(question).toOpaque()
        unsafe ares_getaddrinfo(self.channel, name, nil, &hints, onAnswer, context)
    }
}

/// Why a resolver could not be made: c-ares' code.
package struct ResolverError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code of c-ares (`ARES_E…`).
    package let code: Int32

    /// One sentence with what to look at.
    package var description: String {
        "c-ares could not start: \(unsafe String(cString: ares_strerror(self.code))); look at /etc/resolv.conf"
    }
}

/// What c-ares hands back with an answer.
private final class Question {
    let lookup: Lookup
    let sockets: ResolverSockets

    init(lookup: Lookup, sockets: ResolverSockets) {
        self.lookup = lookup
        self.sockets = sockets
    }
}

/// The descriptors of a c-ares channel on the loop, and the tick that drives its retries.
@safe private final class ResolverSockets: ReadinessHandler {
    /// c-ares looks for retries that are due this often, in microseconds; asking it for the next costs O(questions).
    private static let interval: Int64 = 50_000

    private let loop: EventLoop
    private var timer: LoopTimer?
    var channel: OpaquePointer?
    var questions = 0

    init(loop: EventLoop) {
        self.loop = loop
        self.timer = LoopTimer(on: loop) { [weak self] in
            guard let self, let channel = unsafe self.channel else { return }
            unsafe ares_process_fd(channel, -1, -1)
            self.tick()
        }
    }

    /// Keeps the tick going while there are questions.
    func tick() {
        guard self.questions > 0, let timer = self.timer, !timer.isSet else { return }
        timer.set(after: ResolverSockets.interval)
    }

    func interest(_ descriptor: Int32, _ readiness: Readiness) {
        if readiness.isEmpty {
            self.loop.unwatch(descriptor)
        } else {
            // A descriptor that can't be watched shows as a lookup that times out.
            try? self.loop.watch(descriptor, for: readiness, handler: self)
        }
    }

    func descriptor(_ descriptor: Int32, isReadyFor readiness: Readiness) {
        guard let channel = unsafe self.channel else { return }
        let canRead = !readiness.isDisjoint(with: [.readable, .failed])
        let canWrite = !readiness.isDisjoint(with: [.writable, .failed])
        unsafe ares_process_fd(channel, canRead ? descriptor : -1, canWrite ? descriptor : -1)
    }
}

/// Called by c-ares on the loop's thread when it wants a socket watched otherwise; `data` is unretained.
private func onSocketState(_ data: UnsafeMutableRawPointer?, _ socket: Int32, _ read: Int32, _ write: Int32) {
    guard let data = unsafe data else { return }
    let sockets = unsafe Unmanaged<ResolverSockets>.fromOpaque(data).takeUnretainedValue()
    var readiness: Readiness = []
    if read != 0 { readiness.insert(.readable) }
    if write != 0 { readiness.insert(.writable) }
    sockets.interest(socket, readiness)
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
    question.sockets.questions -= 1
    defer { if let answer = unsafe answer { unsafe ares_freeaddrinfo(answer) } }
    guard status != ARES_EDESTRUCTION else { return }
    guard status == ARES_SUCCESS else {
        question.lookup.answered(.failure(DNSFailure(aresStatus: status)))
        return
    }
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
    question.lookup.answered(addresses.isEmpty ? .failure(.noData) : .success(addresses))
}

extension DNSFailure {
    /// What a status of c-ares means.
    fileprivate init(aresStatus status: Int32) {
        switch status {
        case ARES_ENOTFOUND: self = .notFound
        case ARES_ENODATA: self = .noData
        case ARES_EREFUSED: self = .refused
        case ARES_ETIMEOUT: self = .timeout
        case ARES_EBADNAME, ARES_EBADQUERY: self = .badName
        case ARES_ECONNREFUSED: self = .local("no name server could be reached")
        case ARES_ENOMEM: self = .local("no memory for a lookup")
        default: self = .serverFailure
        }
    }
}
