import Events
import HTTPClient
import Networking

/// How a failure of a wrapper is called in Apus: the closed list of reasons (design §3).
struct Verdict {
    var reason: Reason
    var detail: String
    var isLocal = false

    init(_ reason: Reason, _ detail: String, isLocal: Bool = false) {
        self.reason = reason
        self.detail = detail
        self.isLocal = isLocal
    }

    init(_ failure: DNSFailure) {
        self.init(.dns, Words.dns(failure), isLocal: failure.isLocal)
    }

    init(_ failure: SocketFailure) {
        let reason: Reason =
            switch failure {
            case .refused: .refused
            case .reset: .reset
            case .unreachable, .other: .unreachable
            case .timeout: .timeout
            case .denied: .denied
            case .local: .overload
            }
        self.init(reason, Words.socket(failure), isLocal: failure.isLocal)
    }

    init(_ failure: HTTPFailure, timeout: Int64) {
        switch failure.kind {
        case .invalidRequest:
            self.init(.internalError, "the target is no valid http(s) URL, or a header has a line break", isLocal: true)
        case .dns(let failure): self.init(failure)
        case .socket(let failure): self.init(failure)
        case .timeout: self.init(.timeout, Words.timeout(Phase(failure.phase), timeout))
        case .tls: self.init(.tls, "the TLS handshake failed")
        case .certificate(let fault): self.init(.certificate, Words.certificate(fault))
        case .emptyReply: self.init(.protocolError, "the connection was closed without an answer")
        case .malformed: self.init(.protocolError, "the answer is not valid HTTP")
        case .truncated: self.init(.protocolError, "the answer's body ended early")
        case .encoding: self.init(.protocolError, "the answer's body could not be unpacked")
        case .headersTooLarge: self.init(.tooLarge, "the answer's headers are too large")
        case .tooManyRedirects: self.init(.redirect, "more redirects than allowed")
        case .invalidRedirect: self.init(.redirect, "a redirect leads to something that is no http(s) URL")
        case .bodyRedirect: self.init(.redirect, "a redirect would carry the request's body to another host")
        case .local(let fault): self.init(.internalError, fault, isLocal: true)
        }
    }
}

extension Phase {
    /// The same part of a check in the words of the log.
    init(_ phase: HTTPPhase) {
        self =
            switch phase {
            case .dns: .dns
            case .connect: .connect
            case .tls: .tls
            case .firstByte: .firstByte
            case .transfer: .total
            }
    }
}

extension CheckObservation {
    /// A failure; `unknown` where it is ours.
    mutating func fail(_ verdict: Verdict, in phase: Phase) {
        self.outcome = verdict.isLocal ? .unknown : .down
        self.isLocalFault = verdict.isLocal
        self.reason = verdict.reason
        self.detail = verdict.detail
        self.phase = phase
    }
}

extension IPFamily {
    /// The same family in the words of a wrapper.
    init(_ family: AddressFamily) {
        self =
            switch family {
            case .any: .any
            case .ipv4: .ipv4
            case .ipv6: .ipv6
            }
    }
}
