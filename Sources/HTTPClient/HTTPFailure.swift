package import Networking

/// Why a request got no complete answer.
package struct HTTPFailure: Error, Sendable, Hashable {
    /// What went wrong.
    package var kind: Kind
    /// Where it went wrong.
    package var phase: HTTPPhase
    /// libcurl's code, for logs only: the same code means different things in different phases.
    package var code: Int

    /// The kinds of failure.
    package enum Kind: Sendable, Hashable {
        /// The URL is none, or not http(s), or a header line would not be one.
        case invalidRequest
        /// The name has no address.
        case dns(DNSFailure)
        /// No connection, or a broken one.
        case socket(SocketFailure)
        /// The time was up in ``HTTPFailure/phase``.
        case timeout
        /// The TLS handshake failed for another reason than the certificate.
        case tls
        /// The certificate did not verify.
        case certificate(CertificateFault)
        /// The connection was closed before an answer came.
        case emptyReply
        /// What came is not HTTP, or breaks its rules.
        case malformed
        /// The body is shorter than it was said to be.
        case truncated
        /// The body's encoding could not be undone.
        case encoding
        /// The header block goes beyond ``HTTPRequest/headerLimit``.
        case headersTooLarge
        /// More redirects than allowed.
        case tooManyRedirects
        /// A redirect to something that is no http(s) URL.
        case invalidRedirect
        /// A redirect that would carry the request's body to another host.
        case bodyRedirect
        /// The fault is ours and says nothing about the target.
        case local(String)
    }

    /// What is wrong with a certificate, as far as libcurl says.
    package enum CertificateFault: Sendable, Hashable {
        /// Its time is over.
        case expired
        /// Its time has not begun.
        case notYetValid
        /// It vouches for itself.
        case selfSigned
        /// No one we trust vouches for it.
        case untrusted
        /// It is for another name.
        case wrongHost
        /// Something else: OpenSSL's code of the verification.
        case other(Int)
    }

    /// Whether it says nothing about the target.
    package var isLocal: Bool {
        switch self.kind {
        case .local: true
        case .dns(let failure): failure.isLocal
        case .socket(let failure): failure.isLocal
        default: false
        }
    }
}

/// The parts of a request that take time.
package enum HTTPPhase: String, Sendable, Hashable {
    /// Looking the name up.
    case dns
    /// The TCP handshake.
    case connect
    /// The TLS handshake.
    case tls
    /// Waiting for the answer to begin.
    case firstByte
    /// Reading the rest of it.
    case transfer
}
