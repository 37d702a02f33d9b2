/// The kind of a check with what only this kind needs to know.
///
/// A new kind is a case here, a file in `Checks/` and its fields in the definition's codec.
package enum CheckSettings: Sendable, Hashable {
    /// An HTTP(S) request.
    case http(HTTPCheckSettings)
    /// A TCP connection to `host:port`.
    case tcp(TCPCheckSettings)
    /// Nothing is probed; the target reports by itself within `interval` + grace.
    case push(PushCheckSettings)

    /// The kind's name in the API and on the log: `http`, `tcp`, `push`.
    package var type: String {
        switch self {
        case .http: "http"
        case .tcp: "tcp"
        case .push: "push"
        }
    }
}

/// Settings of an HTTP(S) check.
package struct HTTPCheckSettings: Sendable, Hashable {
    /// The request method, upper case.
    package var method: String
    /// Which status codes are correct.
    package var statuses: StatusSet
    /// Text that the body must contain (or must not, see ``invertKeyword``); at most 1,024 bytes.
    package var keyword: String?
    /// `true`: the body must not contain the keyword.
    package var invertKeyword: Bool
    /// How many redirects are followed; 0: none, the redirect itself is judged; at most 20.
    package var maxRedirects: Int
    /// `false`: a certificate that does not verify is no failure.
    package var verifyTLS: Bool
    /// Which address family is used.
    package var addressFamily: AddressFamily
    /// Request headers, body and authentication (``HTTPSecrets`` as JSON), encrypted with `APUS_SECRET_KEY`
    /// and base64-encoded: they may hold tokens, so neither the log nor the database sees them in clear.
    package var sealed: String?

    /// A GET that wants a 2xx answer, follows ten redirects and verifies TLS.
    package init(
        method: String = "GET",
        statuses: StatusSet = .success,
        keyword: String? = nil,
        invertKeyword: Bool = false,
        maxRedirects: Int = 10,
        verifyTLS: Bool = true,
        addressFamily: AddressFamily = .any,
        sealed: String? = nil
    ) {
        self.method = method
        self.statuses = statuses
        self.keyword = keyword
        self.invertKeyword = invertKeyword
        self.maxRedirects = maxRedirects
        self.verifyTLS = verifyTLS
        self.addressFamily = addressFamily
        self.sealed = sealed
    }
}

/// What a request carries that may be secret; lives in clear only in memory.
package struct HTTPSecrets: Sendable, Hashable {
    /// Header names and values, in order.
    package var headers: [Header]
    /// The request's body.
    package var body: String?
    /// User and password of HTTP Basic authentication.
    package var basic: BasicAuthentication?
    /// A token sent as `Authorization: Bearer`.
    package var bearer: String?

    /// One header line.
    package struct Header: Sendable, Hashable {
        /// The field's name.
        package var name: String
        /// The field's value.
        package var value: String

        /// A header line as it is sent.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// HTTP Basic credentials.
    package struct BasicAuthentication: Sendable, Hashable {
        /// The user's name, without a colon.
        package var user: String
        /// The password.
        package var password: String

        /// Credentials as the user gave them.
        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// Nothing secret, unless said otherwise.
    package init(
        headers: [Header] = [],
        body: String? = nil,
        basic: BasicAuthentication? = nil,
        bearer: String? = nil
    ) {
        self.headers = headers
        self.body = body
        self.basic = basic
        self.bearer = bearer
    }

    /// `true` if there is nothing to seal.
    package var isEmpty: Bool { self == HTTPSecrets() }
}

/// Settings of a TCP check: none yet beside the address family.
package struct TCPCheckSettings: Sendable, Hashable {
    /// Which address family is used.
    package var addressFamily: AddressFamily

    /// Either family, unless said otherwise.
    package init(addressFamily: AddressFamily = .any) {
        self.addressFamily = addressFamily
    }
}

/// Settings of a push monitor.
package struct PushCheckSettings: Sendable, Hashable {
    /// How much later than the interval a push may come, in ms.
    package var grace: Int64

    /// A grace in ms.
    package init(grace: Int64) {
        self.grace = grace
    }
}

/// The address family that a check insists on.
package enum AddressFamily: String, Sendable, Hashable, CaseIterable {
    /// IPv4 or IPv6, whichever connects.
    case any
    /// IPv4 only.
    case ipv4
    /// IPv6 only.
    case ipv6
}
