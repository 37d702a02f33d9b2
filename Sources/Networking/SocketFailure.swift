import Glibc

/// Why a connection was not made or broke, seen from our side.
package enum SocketFailure: Error, Sendable, Hashable {
    /// The other side said no.
    case refused
    /// The other side, or something on the way, broke the connection.
    case reset
    /// A router said that there is no way.
    case unreachable
    /// The system gave up waiting.
    case timeout
    /// The address policy does not allow this address.
    case denied(IPAddress)
    /// The fault is ours and says nothing about the target: the `errno`.
    case local(Int32)
    /// Something else: the `errno`.
    case other(Int32)

    /// What an `errno` of `socket`, `connect`, `send` or `recv` means.
    package init(errno code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case ECONNRESET, EPIPE, ECONNABORTED: self = .reset
        case EHOSTUNREACH, EHOSTDOWN, ENONET: self = .unreachable
        case ETIMEDOUT: self = .timeout
        // No route at all is told by our own routing table, so it is ours too (design §5, evidence).
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EADDRINUSE, ENETUNREACH, ENETDOWN, EAGAIN, EACCES, EPERM,
            EAFNOSUPPORT, EPROTONOSUPPORT:
            self = .local(code)
        default: self = .other(code)
        }
    }

    /// Whether it says nothing about the target.
    package var isLocal: Bool {
        if case .local = self { true } else { false }
    }
}
