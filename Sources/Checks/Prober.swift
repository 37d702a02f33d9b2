package import EventLoop
package import HTTPClient
package import Networking

/// What checks work with on one event loop.
///
/// Made before the loop starts, used on the loop's thread only, released after the loop has stopped.
package final class Prober: Sendable {
    /// The loop that everything happens on.
    package let loop: EventLoop
    /// Answers for names.
    package let resolver: Resolver
    /// Sends requests.
    package let http: HTTPClient
    /// Which addresses may be connected to.
    package let policy: AddressPolicy

    /// Makes a resolver and an HTTP client on `loop`.
    ///
    /// - Parameters:
    ///   - policy: which addresses may be connected to.
    ///   - servers: name servers as `address:port`, separated by commas; `nil`: those of the machine.
    ///   - authorities: the file of trusted certificates (PEM).
    package init(
        on loop: EventLoop,
        policy: AddressPolicy,
        servers: String? = nil,
        authorities: String = "/etc/ssl/certs/ca-certificates.crt"
    ) throws {
        self.loop = loop
        self.policy = policy
        self.resolver = try Resolver(on: loop, servers: servers)
        self.http = try HTTPClient(on: loop, resolver: self.resolver, authorities: authorities)
    }
}
