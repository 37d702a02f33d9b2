import CMicrohttpd
import Synchronization

extension Exchange {
    /// More than this of a body that is too large is not even read to throw it away.
    private static let overflowLimit = 1 << 20

    /// The headers are complete: judge them, find the route, refuse early what must not be read.
    func begin(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> Bool {
        let configuration = self.engine.configuration
        if let opaque = unsafe apus_mhd_socket_context(self.raw) {
            let connection = unsafe Unmanaged<Connection>.fromOpaque(opaque).takeUnretainedValue()
            self.connection = connection
            (self.request.peer, self.request.client) = (connection.peer, connection.peer)
        }
        let now = MonotonicClock.microseconds
        self.connection?.enter(.busy, microseconds: now, deadline: now / 1000 + configuration.requestDeadline)
        self.engine.tally.active.wrappingAdd(1, ordering: .relaxed)
        self.isCounted = true
        self.method = unsafe HTTPMethod(rawValue: String(cString: method))
        if let method = self.method { self.request.method = method }
        var rules = RequestRules()
        if let refusal = unsafe rules.judge(self.raw, self, method: method, version: version) {
            self.engine.tally.malformed.wrappingAdd(1, ordering: .relaxed)
            return self.queue(HTTPResponse.problem(refusal.status, refusal.detail).closing())
        }
        self.stage = .body
        self.request.headers = rules.headers
        self.noted = rules.noted
        switch self.engine.router.match(method: self.request.method, target: self.request.target) {
        case .answer(let response):
            self.early = response
            // A body that nobody wants is not read.
            return rules.hasBody ? self.queue(response.closing()) : true
        case .found(let endpoint, let values):
            self.endpoint = endpoint
            self.request.match(endpoint, values)
            if let refusal = self.refusal(of: endpoint.route) {
                self.early = refusal
                // Who may not send a body is not read to its end.
                return rules.hasBody ? self.queue(refusal.closing()) : true
            }
            if self.noted.contains(.accept), let refusal = endpoint.route.refusal(ofAccept: rules.headers) {
                self.early = refusal
                return rules.hasBody ? self.queue(refusal.closing()) : true
            }
            if let refusal = endpoint.route.refusal(rules.headers, bodyLength: rules.contentLength) {
                return self.queue(refusal.closing())
            }
            if rules.contentLength > 0 { self.request.body.reserveCapacity(rules.contentLength) }
            return true
        }
    }

    /// Asks the route's doorkeeper; nil lets the request in, or leaves it to a worker to decide.
    private func refusal(of route: Route) -> HTTPResponse? {
        guard route.admission != nil else { return nil }
        let verdict = route.admit(&self.request)
        if case .undecided(let ask) = verdict {
            self.ask = ask
            return nil
        }
        return verdict.refusal
    }

    /// A part of the body has come; false breaks the connection.
    func take(_ part: UnsafeRawBufferPointer) -> Bool {
        let limit = self.endpoint?.route.bodyLimit ?? 0
        guard self.overflow == 0, self.request.body.count + part.count <= limit else {
            self.overflow += part.count
            self.request.body = []
            return self.overflow <= Self.overflowLimit
        }
        unsafe self.request.body.append(contentsOf: part)
        return true
    }

    /// The request is complete, or a worker has answered it.
    func finish() -> Bool {
        switch self.stage {
        case .waiting:
            guard let reply = self.takeReply() else { return true }
            return self.queue(reply)
        case .body: break
        case .line, .answered: return false
        }
        if let early { return self.queue(early) }
        guard let endpoint = self.endpoint else { return false }
        if self.overflow > 0 {
            let limit = endpoint.route.bodyLimit
            return self.queue(.problem(413, "The body may have at most \(limit) bytes here.").closing())
        }
        // The length of a chunked body, and with it the type that it must have, is known only now.
        if let refusal = endpoint.route.refusal(self.request.headers, bodyLength: self.request.body.count) {
            return self.queue(refusal)
        }
        if self.ask != nil { return self.handOver(endpoint.route, to: self.engine.workers) }
        switch endpoint.route.execution {
        case .loop: return self.queueFromLoop(endpoint.route.handler(self.request))
        case .compute: return self.handOver(endpoint.route, to: self.engine.computers)
        case .loopIf(let isQuick):
            let request = self.request
            guard isQuick(request) else { return self.handOver(endpoint.route, to: self.engine.computers) }
            return self.queueFromLoop(endpoint.route.handler(request))
        case .worker: return self.handOver(endpoint.route, to: self.engine.workers)
        }
    }

    private func handOver(_ route: Route, to pool: WorkerPool) -> Bool {
        let request = self.request
        let ask = self.ask
        self.stage = .waiting
        guard self.engine.suspended.suspend(self) else {
            return self.queue(HTTPResponse.problem(503, "The server is stopping.").closing())
        }
        let compresses = self.takesGzip
        // Here rather than on the loop, where others would wait for it.
        let isTaken = pool.submit {
            var request = request
            ask?()
            let refusal = ask == nil ? nil : route.admit(&request).refusal
            let response = refusal ?? route.handler(request)
            self.answer(compresses ? response.packed : response)
        }
        if !isTaken {
            self.engine.tally.overloaded.wrappingAdd(1, ordering: .relaxed)
            let headers = [(name: "Retry-After", value: "1")]
            self.answer(.problem(503, "Too many requests are waiting; try again.", headers: headers))
        }
        return true
    }

    /// Gives on an answer that the loop has made; another thread compresses what is long, unless all are busy.
    private func queueFromLoop(_ response: HTTPResponse) -> Bool {
        guard response.isSlowToCompress, self.takesGzip, self.engine.suspended.suspend(self) else {
            return self.queue(response)
        }
        self.stage = .waiting
        if !self.engine.computers.submit({ self.answer(response.packed) }) { self.answer(response) }
        return true
    }

    private var takesGzip: Bool {
        self.noted.contains(.acceptEncoding) && Negotiation.acceptsGzip(self.request.headers)
    }

    /// Gives the answer to libmicrohttpd, which sends it; compressed only where that does not keep the loop.
    func queue(_ response: HTTPResponse) -> Bool {
        var response = response
        self.stage = .answered
        let origin = self.noted.contains(.origin) ? self.request.headers["origin"] : nil
        self.engine.router.crossOrigin.apply(self.method, self.request.headers, origin: origin, to: &response)
        self.status = response.status
        if case .events(let stream) = response.body { self.open(stream) }
        let closes = response.closes || self.engine.tally.isStopping.load(ordering: .relaxed)
        // One who names his request gets an answer of his own, which says the name again.
        if let prepared = response.prepared, !closes, !self.noted.contains(.requestID) {
            return unsafe prepared.queue(on: self.raw, compressed: self.takesGzip)
        }
        if self.takesGzip, !response.isSlowToCompress { response = response.compressed }
        guard let handle = unsafe ResponseHandle.make(response, self, closes: closes) else { return false }
        defer { unsafe MHD_destroy_response(handle) }
        return unsafe MHD_queue_response(self.raw, UInt32(response.status), handle) == MHD_Result.YES
    }

    private func open(_ stream: EventStream) {
        self.stream = stream
        self.connection?.deadline.store(.max, ordering: .relaxed)
        stream.attach(self)
        self.engine.streams.add(stream)
    }

    /// The request is over: nothing of the connection may be touched from now on.
    func complete(wasAnswered: Bool) {
        if let stream {
            self.engine.streams.remove(stream)
            if stream.detach() { self.engine.tally.streamsDropped.wrappingAdd(1, ordering: .relaxed) }
        }
        // Over before it was answered although suspended: only when the daemon stops.
        if self.stage == .waiting { _ = self.engine.suspended.remove(self) }
        let now = MonotonicClock.microseconds
        let deadline = now / 1000 + self.engine.configuration.idleDeadline
        self.connection?.enter(.idle, microseconds: now, deadline: deadline)
        guard self.isCounted else { return }
        self.engine.tally.active.wrappingSubtract(1, ordering: .relaxed)
        self.engine.tally.requests.wrappingAdd(1, ordering: .relaxed)
        guard let observe = self.engine.observe else { return }
        observe(
            HTTPServer.Observation(
                template: self.endpoint?.route.template ?? "",
                method: self.method,
                status: wasAnswered ? self.status : 0,
                microseconds: now - self.started
            )
        )
    }
}
