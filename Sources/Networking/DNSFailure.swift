/// Why a name has no address.
package enum DNSFailure: Error, Sendable, Hashable {
    /// The name does not exist (NXDOMAIN).
    case notFound
    /// The name exists but has no address of the family asked for.
    case noData
    /// The server could not answer (SERVFAIL, or an answer that makes no sense).
    case serverFailure
    /// The server would not answer (REFUSED).
    case refused
    /// No answer in time.
    case timeout
    /// The name is none: a label too long or empty.
    case badName
    /// The fault is ours and says nothing about the name: no name server could be reached, no memory, too many lookups.
    case local(String)

    /// Whether it says nothing about the target.
    package var isLocal: Bool {
        if case .local = self { true } else { false }
    }
}
