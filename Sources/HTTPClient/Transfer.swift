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
    let easy: EasyHandle
    private var deadline: LoopTimer?
    private var completion: ((HTTPOutcome) -> Void)?
    private weak var call: HTTPCall?
    private var lookup: Lookup?
    private var hop: Hop?
    private var isAttached = false
    private var begunAt: Int64 = 0
    private var hopBegunAt: Int64 = 0
    /// Set where the end is known before `send` has returned.
    private var foregone: HTTPFailure?
    private(set) var request = HTTPRequest(url: "")
    var exchange = Exchange()
    private var outcome = HTTPOutcome()

    init(client: HTTPClient) {
        self.client = client
        self.easy = EasyHandle(authorities: client.authorities)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe self.easy.setContext(context)
        self.deadline = LoopTimer(on: client.loop) { [unowned self] in self.timeIsUp() }
    }

    func begin(_ request: HTTPRequest, call: HTTPCall, completion: @escaping (HTTPOutcome) -> Void) {
        self.request = request
        self.call = call
        self.completion = completion
        self.outcome = HTTPOutcome()
        self.foregone = nil
        self.begunAt = MonotonicTime.now
        self.deadline?.set(at: self.begunAt + max(request.timeout, 0))
        guard let hop = Hop(request) else {
            self.failSoon(.invalidRequest, .dns)
            return
        }
        self.start(hop)
    }

    func cancel() {
        self.completion = nil
        self.end()
    }

    func detach(from multi: UnsafeMutableRawPointer) {
        guard self.isAttached else { return }
        self.isAttached = false
        unsafe curl_multi_remove_handle(multi, self.easy.handle)
    }

    // MARK: One hop

    private func start(_ hop: Hop) {
        self.hop = hop
        self.exchange = Exchange()
        self.hopBegunAt = MonotonicTime.now
        let left = self.begunAt + self.request.timeout - self.hopBegunAt
        // Ours is the deadline that speaks, so that the phase is named in one place.
        self.lookup = self.client.resolver.resolve(
            hop.url.host,
            family: self.request.family,
            within: left + 1_000_000
        ) { [unowned self] in self.resolved($0) }
    }

    private func resolved(_ answer: Result<[IPAddress], DNSFailure>) {
        self.lookup = nil
        guard let hop = self.hop else { return }
        self.outcome.timings.dns = (self.outcome.timings.dns ?? 0) + MonotonicTime.now - self.hopBegunAt
        switch answer {
        case .failure(let failure):
            self.failSoon(.dns(failure), .dns)
        case .success(let addresses):
            let allowed = addresses.filter(self.request.policy.allows)
            guard !allowed.isEmpty else {
                self.outcome.address = addresses.first
                self.failSoon(.socket(addresses.first.map(SocketFailure.denied) ?? .other(0)), .connect)
                return
            }
            self.easy.prepare(hop, for: self.request, addresses: allowed)
            self.exchange.begunAt = MonotonicTime.now
            self.isAttached = true
            let code = unsafe curl_multi_add_handle(self.client.multi, self.easy.handle)
            if code != CURLM_OK {
                self.failSoon(.local("libcurl took no further transfer (\(code.rawValue))"), .connect)
            }
        }
    }

    /// curl says that the exchange is over.
    func hopEnded(_ code: CURLcode) {
        let measured = self.measure()
        self.add(measured)
        let failure = self.exchange.failure(code, measured, self.easy)
        unsafe self.detach(from: self.client.multi)
        if failure == nil, let target = measured.redirect, self.request.maxRedirects > 0 {
            self.follow(target)
        } else {
            self.finish(failure)
        }
    }

    private func follow(_ target: String) {
        guard self.outcome.redirects < self.request.maxRedirects else {
            self.finish(HTTPFailure(kind: .tooManyRedirects, phase: .transfer, code: 0))
            return
        }
        switch self.hop?.following(target, status: self.outcome.status ?? 0) ?? .failure(.invalidRedirect) {
        case .failure(let kind): self.finish(HTTPFailure(kind: kind, phase: .transfer, code: 0))
        case .success(let next):
            self.outcome.redirects += 1
            self.start(next)
        }
    }

    private func measure() -> Measurement {
        self.easy.measure(
            isTLS: self.hop?.url.isTLS ?? false,
            tlsBegunAfter: self.exchange.tlsBegunAt.map { $0 - self.exchange.begunAt }
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
        self.lookup?.cancel()
        self.lookup = nil
        self.deadline?.cancel()
        unsafe self.detach(from: self.client.multi)
        self.completion = nil
        self.hop = nil
        self.call?.forget()
        self.call = nil
        self.exchange = Exchange()
        self.outcome = HTTPOutcome()
        self.client.recycle(self)
    }
}
