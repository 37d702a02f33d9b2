/// Finds the handler of a request by its raw path, and answers for those that have none.
///
/// Immutable, hence used by all threads at once; ``respond(to:)`` needs no socket.
package struct Router: Sendable {
    /// What stands behind one path.
    enum Match {
        case found(Endpoint, values: [String])
        case answer(HTTPResponse)
    }

    /// A route in its place; a class, so that a request takes one reference of it and no copy.
    final class Endpoint: Sendable {
        let route: Route
        /// What the parameters on the way to it are called.
        let names: [String]

        init(_ route: Route, names: [String]) {
            self.route = route
            self.names = names
        }
    }

    /// One segment deep in the tree of templates.
    private final class Node: Sendable {
        let children: [(segment: [UInt8], node: Node)]
        let parameter: Node?
        let rest: Node?
        let endpoints: [Endpoint]
        let allow: String

        init(_ entries: [(route: Route, segments: [Substring])], depth: Int) {
            let here = entries.filter { $0.segments.count == depth }
            self.endpoints = here.map { Endpoint($0.route, names: Self.parameters(of: $0.segments)) }
            let deeper = entries.filter { $0.segments.count > depth }
            var literals: [String] = []
            for entry in deeper where !Self.isParameter(entry.segments[depth]) {
                let segment = String(entry.segments[depth])
                if !literals.contains(segment) { literals.append(segment) }
            }
            self.children = literals.map { literal in
                (Array(literal.utf8), Node(deeper.filter { $0.segments[depth] == literal }, depth: depth + 1))
            }
            let rests = deeper.filter { Self.isRest($0.segments[depth]) }
            precondition(rests.allSatisfy { $0.segments.count == depth + 1 }, "{name...} is the last segment")
            self.rest = rests.isEmpty ? nil : Node(rests, depth: depth + 1)
            let parameters = deeper.filter {
                Self.isParameter($0.segments[depth]) && !Self.isRest($0.segments[depth])
            }
            self.parameter = parameters.isEmpty ? nil : Node(parameters, depth: depth + 1)
            var methods = Set(here.map(\.route.method.rawValue))
            precondition(methods.count == here.count, "two routes share a method and a path")
            if methods.contains("GET") { methods.insert("HEAD") }
            methods.insert("OPTIONS")
            self.allow = methods.sorted().joined(separator: ", ")
        }

        /// The node behind a literal segment.
        func child(_ segment: Span<UInt8>) -> Node? {
            for (literal, node) in self.children where literal.span.equals(segment) { return node }
            return nil
        }

        static func isParameter(_ segment: Substring) -> Bool { segment.hasPrefix("{") && segment.hasSuffix("}") }

        static func isRest(_ segment: Substring) -> Bool { segment.hasPrefix("{") && segment.hasSuffix("...}") }

        static func parameters(of segments: [Substring]) -> [String] {
            segments.filter(Self.isParameter).map { String($0.dropFirst().dropLast(Self.isRest($0) ? 4 : 1)) }
        }
    }

    private let root: Node
    /// Whose pages may read the answers.
    let crossOrigin: CrossOrigin

    /// Joins routes; two with the same method and path are a programmer's error.
    ///
    /// With a `basePath` such as `/apus` they all live below it, `/` also at the base itself, and the local addresses
    /// that their answers name in `Location` get it put in front.
    /// Pages of the origins in `crossOrigin` may read the answers.
    package init(_ routes: [Route], basePath: String = "", crossOrigin: CrossOrigin = CrossOrigin([])) {
        self.crossOrigin = crossOrigin
        precondition(basePath.isEmpty || basePath.hasPrefix("/") && !basePath.hasSuffix("/"), "a base is like /apus")
        let base = basePath.split(separator: "/")
        let entries = routes.flatMap { route in
            let text = "\(route.template)"
            precondition(text.hasPrefix("/"), "a template begins with a slash")
            let placed = base.isEmpty ? route : route.placed(under: basePath)
            let own = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            guard text == "/" else { return [(placed, base + own)] }
            return base.isEmpty ? [(placed, [])] : [(placed, base), (placed, base + own)]
        }
        self.root = Node(entries, depth: 0)
    }

    /// Answers a request as the server would, on the calling thread, without the checks of its framing.
    package func respond(to request: HTTPRequest) -> HTTPResponse {
        var response = self.answer(request)
        self.crossOrigin.apply(request.method, request.headers, origin: request.header("origin"), to: &response)
        return response
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch self.match(method: request.method, target: request.target) {
        case .answer(let response): return response
        case .found(let endpoint, let values):
            let route = endpoint.route
            var request = request
            request.match(endpoint, values)
            var verdict = route.admit(&request)
            if case .undecided(let ask) = verdict {
                ask()
                verdict = route.admit(&request)
            }
            if let refusal = verdict.refusal { return refusal }
            if let refusal = route.refusal(ofAccept: request.headers) { return refusal }
            if let refusal = route.refusal(request.headers, bodyLength: request.body.count) { return refusal }
            return route.handler(request)
        }
    }

    /// Finds what stands behind a target in origin form, whose bytes are printable ASCII.
    func match(method: HTTPMethod, target: String) -> Match {
        if target == "*" {
            guard method == .options else { return .answer(.problem(400, "Only OPTIONS may ask for *.")) }
            let allow = HTTPMethod.allCases.filter { $0 != .trace && $0 != .query }.map(\.rawValue)
                .joined(separator: ", ")
            return .answer(HTTPResponse(status: 204, headers: [("Allow", allow)]))
        }
        let bytes = target.utf8.span
        let path = bytes.extracting(..<bytes.index(of: UInt8(ascii: "?")))
        var node = self.root
        var values: [String] = []
        var start = 1
        while start < path.count || (start == path.count && path.count > 1) {
            let end = path.index(of: UInt8(ascii: "/"), from: start)
            let segment = path.extracting(start..<end)
            if let child = node.child(segment) {
                node = child
            } else if let parameter = node.parameter, !segment.isEmpty {
                guard let value = PercentEncoding.decode(segment) else {
                    return .answer(.problem(400, "The path has a percent escape that is broken or not UTF-8."))
                }
                values.append(value)
                node = parameter
            } else if let rest = node.rest, !segment.isEmpty {
                guard let value = PercentEncoding.decode(path.extracting(start...)) else {
                    return .answer(.problem(400, "The path has a percent escape that is broken or not UTF-8."))
                }
                values.append(value)
                node = rest
                break
            } else {
                return .answer(Self.notFound)
            }
            guard end < path.count else { break }
            start = end + 1
        }
        guard !node.endpoints.isEmpty else { return .answer(Self.notFound) }
        let wanted = method == .head ? .get : method
        for endpoint in node.endpoints where endpoint.route.method == wanted {
            return .found(endpoint, values: values)
        }
        let allow = [(name: "Allow", value: node.allow)]
        if method == .options { return .answer(HTTPResponse(status: 204, headers: allow)) }
        return .answer(.problem(405, "This path takes \(node.allow).", headers: allow))
    }

    private static var notFound: HTTPResponse { .problem(404, "There is nothing at this path.") }
}

extension Route {
    /// The same route, whose answers name local addresses below `basePath`.
    fileprivate func placed(under basePath: String) -> Route {
        self.wrapped { request, handler in
            var response = handler(request)
            for index in response.headers.indices
            where response.headers[index].name == "Location" && response.headers[index].value.hasPrefix("/") {
                response.headers[index].value = basePath + response.headers[index].value
            }
            return response
        }
    }

    /// What is answered to a body that this route does not take; nil if it does.
    func refusal(_ headers: HTTPHeaders, bodyLength: Int) -> HTTPResponse? {
        guard bodyLength <= self.bodyLimit else {
            return .problem(413, "The body may have at most \(self.bodyLimit) bytes here.")
        }
        guard bodyLength > 0 else { return nil }
        if let coding = headers["content-encoding"], coding.lowercased() != "identity" {
            return .problem(415, "The body must not be compressed.", headers: [("Accept-Encoding", "identity")])
        }
        guard !self.contentTypes.isEmpty else { return nil }
        let type = headers["content-type"] ?? ""
        let media = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard !self.contentTypes.contains(media) else { return nil }
        return .problem(
            415,
            "The body must be \(self.contentTypes.joined(separator: " or ")).",
            headers: [(self.method == .patch ? "Accept-Patch" : "Accept", self.contentTypes.joined(separator: ", "))]
        )
    }

    /// What is answered to a client that takes nothing this route has; nil if it does.
    func refusal(ofAccept headers: HTTPHeaders) -> HTTPResponse? {
        guard !self.produces.isEmpty, !Negotiation.accepts(self.produces, headers) else { return nil }
        return .problem(406, "The answer would be \(self.produces.joined(separator: " or ")).")
    }
}
