/// One method on one path, and who answers it.
package struct Route: Sendable {
    /// Answers a request; must not block longer than its ``Execution`` allows.
    package typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse
    /// Looks at a request whose body has not been read yet, and decides whether it may go further.
    ///
    /// Runs on the event loop: from memory, in microseconds. May set the request's context and client.
    package typealias Admission = @Sendable (inout HTTPRequest) -> Verdict

    /// What an admission decides.
    package enum Verdict: Sendable {
        /// The request goes on.
        case admitted
        /// It goes no further than this answer.
        case refused(HTTPResponse)
        /// Memory can't tell: once the body has come, a worker calls `ask`, which may wait for a store, and then the
        /// admission again; who is undecided a second time is answered 503.
        case undecided(ask: @Sendable () -> Void)

        /// The answer to who is not let in, nor asked about any further.
        var refusal: HTTPResponse? {
            switch self {
            case .admitted: return nil
            case .refused(let refusal): return refusal
            case .undecided:
                let headers = [(name: "Retry-After", value: "1")]
                return .problem(503, "Who asks could not be looked up; try again.", headers: headers)
            }
        }
    }

    /// Where a handler runs.
    package enum Execution: Sendable {
        /// On the event loop that read the request: for answers from memory, well below a millisecond.
        case loop
        /// On one of a few threads that nothing else may use: for answers from memory that take some milliseconds.
        case compute
        /// On the event loop where the closure says of a request that its answer is quick, else as ``compute``.
        case loopIf(@Sendable (HTTPRequest) -> Bool)
        /// On one of a bounded number of threads, while the connection waits: for databases and other slow work.
        case worker
    }

    /// The method it answers.
    package let method: HTTPMethod
    /// The path that it answers, with parameters in braces.
    package let template: StaticString
    let execution: Execution
    let bodyLimit: Int
    let contentTypes: [String]
    let handler: Handler
    private(set) var admission: Admission?
    /// The media types that it answers with; empty: any.
    private(set) var produces: [String] = []

    /// Describes a route.
    ///
    /// - Parameters:
    ///   - method: any but OPTIONS and HEAD, which the router answers from the others.
    ///   - template: the path, such as `/api/v1/monitors/{id}`; a parameter stands for one whole segment, a last one
    ///     such as `{path...}` for everything that follows, at least one segment.
    ///   - execution: where the handler runs.
    ///   - bodyLimit: the largest body taken, in bytes; larger ones are answered 413 without being read.
    ///   - contentTypes: the media types that a body may have, in lower case; others are answered 415; empty: any.
    ///   - handler: the answer. Called from several threads at once.
    package init(
        _ method: HTTPMethod,
        _ template: StaticString,
        execution: Execution = .loop,
        bodyLimit: Int = 0,
        contentTypes: [String] = [],
        handler: @escaping Handler
    ) {
        self.method = method
        self.template = template
        self.execution = execution
        self.bodyLimit = bodyLimit
        self.contentTypes = contentTypes
        self.handler = handler
    }

    /// The same route with a doorkeeper, who sees each request before its body is read.
    package func admitting(_ admission: @escaping Admission) -> Route {
        var route = self
        route.admission = admission
        return route
    }

    /// What the doorkeeper decides; where there is none, all are let in.
    func admit(_ request: inout HTTPRequest) -> Verdict { self.admission?(&request) ?? .admitted }

    /// The same route whose answers, those of its doorkeeper as well, are put into another form.
    package func answering(_ form: @escaping @Sendable (HTTPResponse) -> HTTPResponse) -> Route {
        var route = self.wrapped { request, handler in form(handler(request)) }
        if let admission = self.admission {
            route.admission = { request in
                let verdict = admission(&request)
                return if case .refused(let refusal) = verdict { .refused(form(refusal)) } else { verdict }
            }
        }
        return route
    }

    /// The same route, said to answer with these media types (lower case): who takes none of them is answered 406.
    package func producing(_ media: [String]) -> Route {
        var route = self
        route.produces = media
        return route
    }

    /// Whether ``producing(_:)`` was said of it.
    package var saysWhatItProduces: Bool { !self.produces.isEmpty }

    /// The same route with something between the request and its handler.
    package func wrapped(_ around: @escaping @Sendable (HTTPRequest, Handler) -> HTTPResponse) -> Route {
        let inner = self.handler
        var route = Route(
            self.method,
            self.template,
            execution: self.execution,
            bodyLimit: self.bodyLimit,
            contentTypes: self.contentTypes
        ) { request in around(request, inner) }
        route.admission = self.admission
        route.produces = self.produces
        return route
    }
}
