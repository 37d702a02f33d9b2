import CCurl
package import EventLoop
import Glibc
package import Networking

/// Sends HTTP(S) requests by the thousand without blocking: libcurl's multi interface on an ``EventLoop``.
///
/// Each request has its own connection and its own deadline, each hop its own lookup by the ``Resolver`` and its own
/// judgement by the address policy. No proxies, cookies, netrc, HSTS, Alt-Svc or session reuse. Used on the loop's
/// thread only, and released after the loop has stopped; SIGPIPE must be ignored by the process.
///
/// The first TLS handshake of a client, and one a day later on, reads the file of trusted certificates, which holds the
/// loop up for about 50 ms; it shows as a stall.
///
/// International names need a UTF-8 locale: the first client sets the process's `LC_CTYPE` to `C.UTF-8`.
@safe package final class HTTPClient: @unchecked Sendable {
    // Unchecked: owner of a curl multi handle, which only the loop's thread touches.

    private static let library: CURLcode = {
        unsafe setlocale(LC_CTYPE, "C.UTF-8")
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()
    private static let spares = 256

    let loop: EventLoop
    let resolver: Resolver
    let multi: UnsafeMutableRawPointer
    let authorities: String
    private let sockets: MultiSockets
    private var spare: [Transfer] = []
    /// Those under way; each knows its place.
    private var active: [Transfer] = []

    /// Makes a client on `loop`.
    ///
    /// - Parameters:
    ///   - resolver: answers for the names; on the same loop.
    ///   - authorities: the file of trusted certificates (PEM).
    package init(
        on loop: EventLoop,
        resolver: Resolver,
        authorities: String = "/etc/ssl/certs/ca-certificates.crt"
    ) throws(HTTPClientError) {
        guard HTTPClient.library == CURLE_OK, let multi = unsafe curl_multi_init() else { throw HTTPClientError() }
        self.loop = loop
        self.resolver = resolver
        unsafe self.multi = multi
        self.authorities = authorities
        unsafe self.sockets = MultiSockets(loop: loop, multi: multi)
        let context = unsafe Unmanaged.passUnretained(self.sockets).toOpaque()
        unsafe apus_multi_socket_function(multi, onCurlSocket, context)
        unsafe apus_multi_timer_function(multi, onCurlTimer, context)
        unsafe apus_multi_setopt_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        unsafe self.sockets.ended = { [unowned self] easy, code in unsafe self.ended(easy, code) }
    }

    deinit {
        for transfer in self.active { transfer.abandon() }
        self.active = []
        self.spare = []
        unsafe curl_multi_cleanup(self.multi)
    }

    /// How many requests are under way.
    package var activeCount: Int { self.active.count }

    /// Sends `request` and calls `completion` once on the loop's thread, never before this returns.
    ///
    /// - Returns: the request under way, to cancel it with.
    @discardableResult
    package func send(_ request: HTTPRequest, completion: @escaping (HTTPOutcome) -> Void) -> HTTPCall {
        self.send(PreparedRequest(request), policy: request.policy, completion: completion)
    }

    /// Sends a prepared request; `policy` stands in place of the request's own.
    @discardableResult
    package func send(
        _ request: PreparedRequest,
        policy: AddressPolicy,
        completion: @escaping (HTTPOutcome) -> Void
    ) -> HTTPCall {
        let transfer = self.spare.popLast() ?? Transfer(client: self)
        transfer.place = self.active.count
        self.active.append(transfer)
        let call = HTTPCall(transfer)
        transfer.begin(request, policy: policy, completion: completion)
        return call
    }

    /// Takes a transfer back once it has ended.
    func recycle(_ transfer: Transfer) {
        let last = self.active.removeLast()
        if last !== transfer {
            self.active[transfer.place] = last
            last.place = transfer.place
        }
        if self.spare.count < HTTPClient.spares { self.spare.append(transfer) }
    }

    private func ended(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        var context: UnsafeMutableRawPointer?
        unsafe apus_getinfo_private(easy, &context)
        guard let context = unsafe context else { return }
        unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().hopEnded(code)
    }
}

/// libcurl could not be started: no memory.
package struct HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence.
    package var description: String { "libcurl could not be started: is there memory left?" }
}

/// A request under way; on the loop's thread only.
package final class HTTPCall {
    private let transfer: Transfer
    /// Which of the transfer's requests this is.
    private let number: Int

    init(_ transfer: Transfer) {
        self.transfer = transfer
        self.number = transfer.number
    }

    /// Ends the request, whose completion is then never called.
    ///
    /// Nothing happens if it has ended.
    package func cancel() {
        if self.transfer.number == self.number { self.transfer.cancel() }
    }
}

/// The sockets and the timer of a curl multi handle on the loop.
@safe private final class MultiSockets: ReadinessHandler {
    private let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var timer: LoopTimer?
    var ended: ((UnsafeMutableRawPointer, CURLcode) -> Void)?

    init(loop: EventLoop, multi: UnsafeMutableRawPointer) {
        self.loop = loop
        unsafe self.multi = multi
        self.timer = LoopTimer(on: loop) { [unowned self] in self.act(CURL_SOCKET_BAD, 0) }
    }

    func interest(_ descriptor: Int32, _ what: Int32) {
        switch what {
        case CURL_POLL_IN: self.watch(descriptor, .readable)
        case CURL_POLL_OUT: self.watch(descriptor, .writable)
        case CURL_POLL_INOUT: self.watch(descriptor, [.readable, .writable])
        default: self.loop.unwatch(descriptor)
        }
    }

    func wake(after milliseconds: Int) {
        if milliseconds < 0 {
            self.timer?.cancel()
        } else {
            self.timer?.set(after: Int64(milliseconds) * 1_000)
        }
    }

    func descriptor(_ descriptor: Int32, isReadyFor readiness: Readiness) {
        var mask: Int32 = 0
        if readiness.contains(.readable) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if !readiness.isDisjoint(with: .failed) { mask |= CURL_CSELECT_ERR }
        self.act(descriptor, mask)
    }

    private func watch(_ descriptor: Int32, _ readiness: Readiness) {
        // A descriptor that can't be watched shows as a request that times out.
        try? self.loop.watch(descriptor, for: readiness, handler: self)
    }

    private func act(_ descriptor: Int32, _ mask: Int32) {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(self.multi, descriptor, mask, &running)
        var code = CURLE_OK
        while let easy = unsafe apus_multi_ended(self.multi, &code) { unsafe self.ended?(easy, code) }
    }
}

/// Called by libcurl on the loop's thread when it wants a socket watched otherwise; `context` is unretained.
private func onCurlSocket(
    _ easy: UnsafeMutableRawPointer?,
    _ socket: curl_socket_t,
    _ what: Int32,
    _ context: UnsafeMutableRawPointer?,
    _ data: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<MultiSockets>.fromOpaque(context).takeUnretainedValue().interest(socket, what)
    return 0
}

/// Called by libcurl on the loop's thread when its next deadline moves; `context` is unretained.
private func onCurlTimer(
    _ multi: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<MultiSockets>.fromOpaque(context).takeUnretainedValue().wake(after: milliseconds)
    return 0
}
