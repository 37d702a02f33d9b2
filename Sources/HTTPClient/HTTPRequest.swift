package import Networking

/// One request as it is sent; plain data.
package struct HTTPRequest: Sendable, Hashable {
    /// The method, upper case.
    package var method: String
    /// An absolute `http` or `https` URL; a user and a password in it are sent as Basic authentication.
    package var url: String
    /// Header lines in order, beside `Host`, `Accept` and `User-Agent`, which are sent unless given here.
    package var headers: [HTTPHeader]
    /// The body; `nil`: none.
    package var body: [UInt8]?
    /// How long everything may take, lookups and redirects included, in microseconds.
    package var timeout: Int64
    /// How many redirects are followed; 0: none, the redirect itself is the answer.
    package var maxRedirects: Int
    /// `false`: any certificate will do.
    package var verifyTLS: Bool
    /// Which address family is used.
    package var family: IPFamily
    /// Which addresses may be connected to, on every hop.
    package var policy: AddressPolicy
    /// Bytes of the header block that are read at most; more is ``HTTPFailure/Kind/headersTooLarge``.
    package var headerLimit: Int
    /// Bytes of the body that are read at most; what is beyond is left unread, and that is no failure.
    package var bodyLimit: Int
    /// How many of the body's bytes the outcome keeps, from its beginning.
    package var bodyCapture: Int
    /// Whether the outcome keeps the last answer's header lines.
    package var keepsHeaders: Bool
    /// Whether a compressed body is asked for and unpacked.
    package var acceptsCompression: Bool

    /// A request with the defaults of a check: 10 s, 10 redirects, 256 KiB of headers, 1 MiB of body, nothing kept.
    package init(
        method: String = "GET",
        url: String,
        headers: [HTTPHeader] = [],
        body: [UInt8]? = nil,
        timeout: Int64 = 10_000_000,
        maxRedirects: Int = 10,
        verifyTLS: Bool = true,
        family: IPFamily = .any,
        policy: AddressPolicy = .any,
        headerLimit: Int = 256 << 10,
        bodyLimit: Int = 1 << 20,
        bodyCapture: Int = 0,
        keepsHeaders: Bool = false,
        acceptsCompression: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maxRedirects = maxRedirects
        self.verifyTLS = verifyTLS
        self.family = family
        self.policy = policy
        self.headerLimit = headerLimit
        self.bodyLimit = bodyLimit
        self.bodyCapture = bodyCapture
        self.keepsHeaders = keepsHeaders
        self.acceptsCompression = acceptsCompression
    }
}

/// One header line.
package struct HTTPHeader: Sendable, Hashable {
    /// The field's name.
    package var name: String
    /// The field's value.
    package var value: String

    /// A header line as it is sent.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
