import CCurl
import EventLoop
import Glibc
import Networking

/// One request on its way through its hops, with the curl handle that carries them; used again for later requests.
///
/// A hop is: parse the URL, look the name up, judge the addresses, one exchange by curl. Redirects are followed here
/// and not by curl, so that each hop is looked up and judged like the first.
@safe final class Transfer {
    private unowned let client: HTTPClient
    private let multi: UnsafeMutableRawPointer
    let easy: EasyHandle
    private var deadline: LoopTimer?
    private var completion: ((HTTPOutcome) -> Void)?
    private var lookup: Lookup?
    private var prepared: PreparedRequest?
    private var hop: Hop?
    private var isAttached = false
    private var begunAt: Int64 = 0
    private var hopBegunAt: Int64 = 0
    /// Set where the end is known before `send` has returned.
    private var foregone: HTTPFailure?
    private(set) var policy = AddressPolicy.any
    /// Rises when a request ends, so that nobody cancels the next one in its stead.
    private(set) var number = 0
    /// Where the client keeps it while it is active.
    var place = 0
    var exchange = Exchange()
    private var outcome = HTTPOutcome()

    init(client: HTTPClient) {
        self.client = client
        unsafe self.multi = client.multi
        self.easy = EasyHandle(authorities: client.authorities)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe self.easy.setContext(context)
        self.deadline = LoopTimer(on: client.loop) { [unowned self] in self.timeIsUp() }
    }

    func begin(
        _ prepared: PreparedRequest,
        policy: AddressPolicy,
        completion: @escaping (HTTPOutcome) -> Void
    ) {
        self.prepared = prepared
        self.policy = policy
        self.completion = completion
        self.begunAt = MonotonicTime.now
        self.deadline?.set(at: self.begunAt + max(prepared.request.timeout, 0))
        guard let hop = prepared.hop else {
            self.failSoon(.invalidRequest, .dns)
            return
        }
        self.start(hop, of: prepared.request, at: self.begunAt)
    }

    func cancel() {
        self.completion = nil
        self.end()
    }

    /// Ends with the client: nothing is called any more.
    func abandon() {
        self.number += 1
        self.completion = nil
        self.lookup?.cancel()
        self.deadline?.cancel()
        self.detach()
    }

    private func detach() {
        guard self.isAttached else { return }
        self.isAttached = false
        unsafe curl_multi_remove_handle(self.multi, self.easy.handle)
    }

    // MARK: One hop

    private func start(_ hop: Hop, of request: HTTPRequest, at now: Int64) {
        self.hop = hop
        self.exchange = Exchange(request)
        self.hopBegunAt = now
        if let literal = hop.url.literal, request.family.includes(literal) {
            self.outcome.timings.dns = self.outcome.timings.dns ?? 0
            self.connect(hop, request, to: [literal], at: now)
            return
        }
        // Ours is the deadline that speaks, so that the phase is named in one place.
        self.lookup = self.client.resolver.resolve(
            hop.url.host,
            family: request.family,
            within: self.begunAt + request.timeout - now + 1_000_000
        ) { [unowned self] in self.resolved($0) }
    }

    private func resolved(_ answer: Result<[IPAddress], DNSFailure>) {
        self.lookup = nil
        guard let hop = self.hop, let request = self.prepared?.request else { return }
        let now = MonotonicTime.now
        self.outcome.timings.dns = (self.outcome.timings.dns ?? 0) + now - self.hopBegunAt
        switch answer {
        case .failure(let failure): self.failSoon(.dns(failure), .dns)
        case .success(let addresses): self.connect(hop, request, to: addresses, at: now)
        }
    }

    private func connect(_ hop: Hop, _ request: HTTPRequest, to addresses: [IPAddress], at now: Int64) {
        let allowed = addresses.allSatisfy(self.policy.allows) ? addresses : addresses.filter(self.policy.allows)
        guard !allowed.isEmpty else {
            self.outcome.address = addresses.first
            self.failSoon(.socket(addresses.first.map(SocketFailure.denied) ?? .other(0)), .connect)
            return
        }
        self.easy.prepare(hop, for: request, addresses: allowed)
        self.exchange.begunAt = now
        self.isAttached = true
        let code = unsafe curl_multi_add_handle(self.multi, self.easy.handle)
        if code != CURLM_OK {
            self.failSoon(.local("libcurl took no further transfer (\(code.rawValue))"), .connect)
        }
    }

    /// curl says that the exchange is over.
    func hopEnded(_ code: CURLcode) {
        let measured = self.measure()
        self.add(measured)
        let failure = self.exchange.failure(code, measured, self.easy)
        self.detach()
        if failure == nil, let target = measured.redirect, let request = self.prepared?.request,
            request.maxRedirects > 0
        {
            self.follow(target, request)
        } else {
            self.finish(failure)
        }
    }

    private func follow(_ target: String, _ request: HTTPRequest) {
        guard self.outcome.redirects < request.maxRedirects else {
            self.finish(HTTPFailure(kind: .tooManyRedirects, phase: .transfer, code: 0))
            return
        }
        switch self.hop?.following(target, status: self.outcome.status ?? 0) ?? .failure(.invalidRedirect) {
        case .failure(let kind): self.finish(HTTPFailure(kind: kind, phase: .transfer, code: 0))
        case .success(let next):
            self.outcome.redirects += 1
            self.start(next, of: request, at: MonotonicTime.now)
        }
    }

    private func measure() -> Measurement {
        self.easy.measure(
            isTLS: self.hop?.url.isTLS ?? false,
            tlsBegunAfter: self.exchange.tlsBegunAt.map { $0 - self.exchange.begunAt },
            onlyAddress: self.exchange.sockets == 1 ? self.exchange.lastAddress : nil
        )
    }

    private func add(_ measured: Measurement) {
        func sum(_ old: Int64?, _ new: Int64?) -> Int64? { new.map { (old ?? 0) + $0 } ?? old }
        self.outcome.timings.connect = sum(self.outcome.timings.connect, measured.connect)
        self.outcome.timings.tls = sum(self.outcome.timings.tls, measured.tls)
        self.outcome.timings.firstByte = sum(self.outcome.timings.firstByte, measured.firstByte)
        self.outcome.address = measured.address ?? self.exchange.lastAddress ?? self.outcome.address
        self.outcome.status = measured.status ?? self.outcome.status
        self.outcome.certificateExpiresAt = measured.certificateExpiresAt
        self.outcome.bodyBytes = self.exchange.bodyBytes
        self.outcome.bodyWasCut = self.exchange.bodyWasCut
        self.outcome.headers = self.exchange.headers
        self.outcome.body = self.exchange.body
    }

    // MARK: The end

    private func timeIsUp() {
        if let foregone = self.foregone {
            self.finish(foregone)
            return
        }
        guard self.isAttached else {
            self.outcome.timings.dns = nil
            self.finish(HTTPFailure(kind: .timeout, phase: .dns, code: 28))
            return
        }
        let measured = self.measure()
        self.add(measured)
        self.finish(HTTPFailure(kind: .timeout, phase: measured.phase, code: 28))
    }

    /// Ends the request in the loop's next turn, since completions never come before `send` has returned.
    private func failSoon(_ kind: HTTPFailure.Kind, _ phase: HTTPPhase) {
        self.foregone = HTTPFailure(kind: kind, phase: phase, code: 0)
        self.deadline?.set(after: 0)
    }

    private func finish(_ failure: HTTPFailure?) {
        self.outcome.failure = failure
        self.outcome.wasAnswered = failure?.provesAnAnswer(bytes: self.exchange.headerBytes) ?? true
        self.outcome.timings.total = MonotonicTime.now - self.begunAt
        let completion = self.completion
        let outcome = self.outcome
        self.end()
        completion?(outcome)
    }

    private func end() {
        self.number += 1
        self.lookup?.cancel()
        self.lookup = nil
        self.deadline?.cancel()
        self.detach()
        self.completion = nil
        self.prepared = nil
        self.hop = nil
        self.foregone = nil
        self.outcome = HTTPOutcome()
        self.exchange = Exchange()
        self.client.recycle(self)
    }
}
