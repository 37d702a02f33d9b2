/// One request, complete with its body, as a handler gets it.
package struct HTTPRequest: Sendable {
    /// What is asked for; HEAD arrives at the handlers of GET, whose body is then not sent.
    package internal(set) var method: HTTPMethod
    /// Path and query as the client wrote them, printable ASCII.
    package let target: String
    /// The header fields.
    package internal(set) var headers: HTTPHeaders
    /// The whole body, within the limit of the route.
    package internal(set) var body: [UInt8]
    /// Who is at the other end of the connection.
    package internal(set) var peer: PeerAddress
    /// Who asks: the peer, or whom it speaks for if it is a proxy that the route's ``Route/Admission`` trusts.
    package var client: PeerAddress
    /// The number of this request, different from that of any other of this process.
    package let id: UInt64
    /// The template of the route that matched, such as `/api/v1/monitors/{id}`.
    package internal(set) var template: StaticString = ""
    /// What the route's ``Route/Admission`` found out for the handler, such as who the client is.
    package var context: (any AnyObject & Sendable)?
    private var names: [String] = []
    private var values: [String] = []

    /// Makes a request; without a socket for tests.
    package init(
        method: HTTPMethod,
        target: String,
        headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [],
        peer: PeerAddress = .local,
        id: UInt64 = 0
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
        self.client = peer
        self.id = id
    }

    /// Notes which route it is for, and what stands in the places of its parameters.
    mutating func match(_ endpoint: Router.Endpoint, _ values: [String]) {
        self.template = endpoint.route.template
        self.names = endpoint.names
        self.values = values
    }

    /// The value of the first header field called `name`, which must be in lower case.
    package func header(_ name: String) -> String? { self.headers[name] }

    /// The part of the path that stands for `{name}` in the template, decoded; nil if the template lacks it.
    package func parameter(_ name: String) -> String? {
        self.names.firstIndex(of: name).map { self.values[$0] }
    }

    /// What the request is called in answers and logs: the client's `X-Request-Id` where that is short and plain, so
    /// that it can't forge a line of a log; else its number as 16 hexadecimal digits.
    package var idText: String {
        if let given = self.header("x-request-id"), Self.isPlain(given) { return given }
        let digits = String(self.id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isPlain(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}
