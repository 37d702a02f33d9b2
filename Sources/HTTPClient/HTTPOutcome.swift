package import Networking

/// What came of a request; plain data.
package struct HTTPOutcome: Sendable, Hashable {
    /// The status of the last answer; `nil` if there was none.
    package var status: Int?
    /// Why there is no complete answer; `nil` if there is one.
    package var failure: HTTPFailure?
    /// The last answer's header lines, if the request asked to keep them.
    package var headers: [HTTPHeader] = []
    /// The beginning of the last answer's body, as far as the request asked to keep it.
    package var body: [UInt8] = []
    /// Bytes of the body that were read, after unpacking.
    package var bodyBytes = 0
    /// Whether the body went on beyond ``HTTPRequest/bodyLimit`` and was left there.
    package var bodyWasCut = false
    /// How long each phase took, summed over the hops.
    package var timings = HTTPTimings()
    /// The address of the last connection.
    package var address: IPAddress?
    /// When the leaf certificate of the last hop expires, Unix ms; `nil` without TLS or if it did not verify.
    package var certificateExpiresAt: Int64?
    /// How many redirects were followed.
    package var redirects = 0
    /// Whether anything answered: a connection was made or refused, or a byte came.
    package var wasAnswered = false

    /// The value of the first header line called `name`, which is compared without case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return self.headers.first { $0.name.lowercased() == name }?.value
    }
}

/// How long the phases of a request took, in microseconds; `nil`: the phase did not happen or did not end.
package struct HTTPTimings: Sendable, Hashable {
    /// Looking the names up.
    package var dns: Int64?
    /// TCP handshakes.
    package var connect: Int64?
    /// TLS handshakes.
    package var tls: Int64?
    /// From each connection ready, TLS included, to its answer's first byte.
    package var firstByte: Int64?
    /// Everything, until the completion.
    package var total: Int64 = 0

    /// Nothing measured yet.
    package init() {}
}
