import HTTPServer
import Service

/// Stands before every route, and lets in whom ``Permissions`` allows, before a body is read.
struct Access: Sendable {
    private let credentials: Credentials
    private let newcomers: Newcomers
    private let streams: CallerStreams
    private let proxies: TrustedProxies
    private let sameOrigin: SameOrigin
    private let basicUser: BasicUser?
    private let brake: Brake
    private let limits: RateLimits

    /// Asks `credentials`, about those that they lack `newcomers`, and, where a route takes HTTP Basic, `basicUser`, whose guessers `brake` slows down.
    ///
    /// Event streams are handed to `streams`, so that they end with the credential that opened them.
    init(
        _ credentials: Credentials,
        newcomers: Newcomers,
        streams: CallerStreams,
        proxies: TrustedProxies,
        sameOrigin: SameOrigin,
        basicUser: BasicUser?,
        brake: Brake,
        limits: RateLimits
    ) {
        self.credentials = credentials
        self.newcomers = newcomers
        self.streams = streams
        self.proxies = proxies
        self.sameOrigin = sameOrigin
        self.basicUser = basicUser
        self.brake = brake
        self.limits = limits
    }

    /// The routes behind the door.
    ///
    /// Each must have its line in ``Permissions``.
    func guarding(_ routes: [Route]) -> [Route] {
        routes.map { route in
            guard let need = Permissions.need(route.method, "\(route.template)") else {
                preconditionFailure("\(route.method.rawValue) \(route.template) has no line in Permissions")
            }
            return self.guarding(route, need)
        }
    }

    /// One route behind the door.
    func guarding(_ route: Route, _ need: Permissions.Need) -> Route {
        route.admitting { self.admit(&$0, need) }.wrapped { request, handler in
            var response = handler(request)
            let caller = request.caller
            if case .events(let stream) = response.body { self.streams.add(stream, caller) }
            // A cache between us does not know that the answer is of a cookie's owner alone (RFC 9111 §3).
            if caller.session != nil, !response.headers.contains(where: { $0.name == "Cache-Control" }) {
                response.headers.append(("Cache-Control", "no-store"))
            }
            if !response.isPrepared { response.headers += self.limits.fields(caller, from: request.client) }
            return response
        }
    }

    /// Finds out who asks, and whether they may.
    private func admit(_ request: inout HTTPRequest, _ need: Permissions.Need) -> Route.Verdict {
        request.client = self.proxies.client(of: request)
        let identity = self.identify(request, need)
        if case .newcomer(let ask) = identity { return .undecided(ask: ask) }
        return self.refusal(of: &request, identity, need).map { .refused($0) } ?? .admitted
    }

    private func refusal(
        of request: inout HTTPRequest,
        _ identity: Identity,
        _ need: Permissions.Need
    ) -> HTTPResponse? {
        let caller: Caller
        if case .known(let found) = identity { caller = found } else { caller = .anonymous }
        if let refusal = self.limits.take(caller, from: request.client) { return refusal }
        switch identity {
        case .known: break
        // Signing in needs no former session; a page that asks who it is must not be told nobody.
        case .untold where need == .open && request.method == .post: break
        // A newcomer was sent to be asked about before.
        case .newcomer, .untold:
            let headers = [(name: "Retry-After", value: "2")]
            let detail = "Who you are can't be looked up while PostgreSQL is away; try again."
            return .problem(503, detail, headers: headers)
        case _ where need == .open: break
        case .nobody: return Self.challenge(need, "Sign in, or send a key: Authorization: Bearer <key>.")
        case .refused(let detail): return Self.challenge(need, detail, error: ", error=\"invalid_token\"")
        case .braked(let wait): return Brake.refusal(wait: wait)
        }
        request.context = caller
        if let refusal = self.refuseForeign(request, caller) { return refusal }
        guard let needed = need.role else { return nil }
        guard let role = caller.role, role >= needed else {
            let own = caller.role.map { "is \($0.rawValue)" } ?? "is none"
            return .problem(403, "Your role \(own); this needs \(needed.rawValue).")
        }
        return nil
    }

    // MARK: Who it is

    private enum Identity {
        /// No credentials were sent.
        case nobody
        /// Those that were sent open nothing.
        case refused(String)
        /// Too many were wrong; ms to wait.
        case braked(Int64)
        /// Memory does not know them; the tables may.
        case newcomer(ask: @Sendable () -> Void)
        /// Memory does not know them, and the tables can't be asked.
        case untold
        case known(Caller)
    }

    private func identify(_ request: HTTPRequest, _ need: Permissions.Need) -> Identity {
        let now = WallClock.millis
        if let caller = request.headers.withValue(of: "authorization", { self.holder($0, now: now) }) ?? nil {
            return .known(caller)
        }
        guard let value = request.header("authorization") else {
            let cookies = SessionCookie.values(request)
            guard !cookies.isEmpty else { return .nobody }
            for cookie in cookies {
                if let caller = self.credentials.caller(ofCookie: cookie, now: now) { return .known(caller) }
            }
            let fingerprints = cookies.filter(Credentials.isToken).map(self.credentials.fingerprint(ofCookie:))
            return self.judge(fingerprints, request, "Your session has ended; sign in again.")
        }
        // Who names a key means it: a cookie that comes with it does not count.
        let parts = value.split(separator: " ", maxSplits: 1).map { $0.drop { $0 == " " } }
        guard parts.count == 2 else { return .nobody }
        switch parts[0].lowercased() {
        case "bearer":
            let key = String(parts[1])
            // With more than one space before it, it was not asked about yet.
            if let caller = self.credentials.caller(ofKey: key, now: now) { return .known(caller) }
            let fingerprints = Credentials.isKey(key) ? [self.credentials.fingerprint(ofKey: key)] : []
            return self.judge(fingerprints, request, "The key is unknown or has expired.")
        case "basic":
            guard case .basic = need, let basicUser else { return .nobody }
            return self.identify(basicUser, parts[1], request)
        default: return .nobody
        }
    }

    /// Who has the key that the field `Authorization` names as nearly all do; looked at in place, for every request.
    private func holder(_ authorization: Span<UInt8>, now: Int64) -> Caller? {
        let scheme: StaticString = "bearer "
        guard authorization.count > scheme.utf8CodeUnitCount else { return nil }
        // Letters differ from their capitals in this bit alone; the space has it, too.
        for index in 0..<scheme.utf8CodeUnitCount {
            guard unsafe authorization[index] | 0x20 == scheme.utf8Start[index] else { return nil }
        }
        return self.credentials.caller(
            ofKey: authorization.extracting(scheme.utf8CodeUnitCount...),
            now: now
        )
    }

    private func judge(_ fingerprints: [[UInt8]], _ request: HTTPRequest, _ refusal: String) -> Identity {
        switch self.newcomers.judge(fingerprints, from: request.client) {
        case .unknown: .refused(refusal)
        case .perhaps(let ask): .newcomer(ask: ask)
        case .untold: .untold
        }
    }

    private func identify(_ user: BasicUser, _ credentials: Substring, _ request: HTTPRequest) -> Identity {
        let address = Brake.Subject.address(request.client.network)
        let now = MonotonicClock.millis
        if let wait = self.brake.wait(address, now: now) { return .braked(wait) }
        guard user.fits(credentials) else {
            if let wait = self.brake.begin([address], now: now) { return .braked(wait) }
            return .refused("The name or the password is wrong.")
        }
        return .known(user.caller)
    }

    private static func challenge(_ need: Permissions.Need, _ detail: String, error: String = "") -> HTTPResponse {
        var headers = [(name: "WWW-Authenticate", value: "Bearer realm=\"apus\"\(error)")]
        if case .basic = need { headers = [("WWW-Authenticate", "Basic realm=\"apus\", charset=\"UTF-8\"")] }
        return .problem(401, detail, headers: headers)
    }

    // MARK: Where it comes from

    /// A browser sends the cookie whoever asks it to: what changes anything must come from our own pages.
    ///
    /// The same for HTTP Basic, which browsers remember, and for signing in, where nobody must be made to use somebody
    /// else's account; but programs, which say nothing, may.
    private func refuseForeign(_ request: HTTPRequest, _ caller: Caller) -> HTTPResponse? {
        switch request.method {
        case .get, .head, .options, .query, .trace: return nil
        case .post, .put, .patch, .delete: break
        }
        guard caller.session != nil || caller.kind == .anonymous || caller.kind == .basic else { return nil }
        switch self.sameOrigin.source(of: request) {
        case .ours: break
        case .foreign: return .problem(403, "This may only be asked for by Apus's own pages.")
        case .unsaid where caller.session == nil: return nil
        case .unsaid:
            return .problem(403, "A session needs Sec-Fetch-Site or Origin, as browsers send them; programs use a key.")
        }
        guard let type = request.header("content-type") else { return nil }
        let media = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard media == "application/json" || media == "application/merge-patch+json" else {
            return .problem(415, "The body must be application/json.")
        }
        return nil
    }
}
