import CAres
package import EventLoop
import Glibc

/// Finds the addresses of names without ever blocking: c-ares on an ``EventLoop``.
///
/// Literals, `localhost` (RFC 6761) and `/etc/hosts` are answered at once, all else by the servers of
/// `/etc/resolv.conf`. Each lookup has a deadline of its own. Used on the loop's thread only, and released after the
/// loop has stopped.
package final class Resolver: @unchecked Sendable {
    // Unchecked: owner of c-ares channels, which only the loop's thread touches.

    /// Questions under way at most; one more is a local fault.
    package static let capacity = 20_000

    private let loop: EventLoop
    private let channel: ResolverChannel
    /// Asked again where the first says only that no server was of use: it tells failure and refusal from silence.
    private let second: ResolverChannel
    private var hosts: HostsFile

    /// Makes a resolver on `loop`.
    ///
    /// - Parameters:
    ///   - servers: name servers as `address:port`, separated by commas; `nil`: those of `/etc/resolv.conf`.
    ///   - hostsFile: the table of names that comes first.
    package init(
        on loop: EventLoop,
        servers: String? = nil,
        hostsFile: String = "/etc/hosts"
    ) throws(ResolverError) {
        self.loop = loop
        self.channel = try ResolverChannel(on: loop, servers: servers, takesFirstWord: false)
        self.second = try ResolverChannel(on: loop, servers: servers, takesFirstWord: true)
        self.hosts = HostsFile(path: hostsFile)
    }

    /// Finds the addresses of `name` and calls `completion` once on the loop's thread, perhaps before this returns.
    ///
    /// - Parameters:
    ///   - name: a host name in ASCII or a literal address without brackets.
    ///   - family: which addresses are wanted.
    ///   - timeout: how long it may take, in microseconds.
    /// - Returns: the question, to cancel it with.
    @discardableResult
    package func resolve(
        _ name: String,
        family: IPFamily = .any,
        within timeout: Int64,
        completion: @escaping (Result<[IPAddress], DNSFailure>) -> Void
    ) -> Lookup {
        let lookup = Lookup(completion)
        if let known = self.known(name) {
            let addresses = known.filter(family.includes)
            lookup.finish(addresses.isEmpty ? .failure(.noData) : .success(addresses))
            return lookup
        }
        guard self.channel.questions < Resolver.capacity else {
            lookup.finish(.failure(.local("\(Resolver.capacity) lookups are under way already")))
            return lookup
        }
        let families = family == .any ? [AF_INET6, AF_INET] : [family == .ipv6 ? AF_INET6 : AF_INET]
        lookup.pending = families.count
        lookup.expire(on: self.loop, after: timeout)
        for family in families { self.ask(name, family, for: lookup) }
        return lookup
    }

    /// What can be answered without asking anyone.
    private func known(_ name: String) -> [IPAddress]? {
        if let literal = IPAddress(name) { return [literal] }
        var host = name.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        if let listed = self.hosts.addresses(of: host, now: MonotonicTime.now) { return listed }
        guard host == "localhost" || host.hasSuffix(".localhost") else { return nil }
        return [IPAddress(ipv4: 0x7f00_0001), IPAddress(ipv6: 0, 1)]
    }

    private func ask(_ name: String, _ family: Int32, for lookup: Lookup) {
        self.channel.ask(name, family) { [weak self] status, addresses in
            if status == ARES_ECONNREFUSED, let self, lookup.isOpen {
                self.second.ask(name, family) { lookup.answered(Resolver.result($0, $1)) }
            } else {
                lookup.answered(Resolver.result(status, addresses))
            }
        }
    }

    private static func result(_ status: Int32, _ addresses: [IPAddress]) -> Result<[IPAddress], DNSFailure> {
        guard status == ARES_SUCCESS else { return .failure(DNSFailure(aresStatus: status)) }
        return addresses.isEmpty ? .failure(.noData) : .success(addresses)
    }
}

/// Why a resolver could not be made: c-ares' code.
package struct ResolverError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code of c-ares (`ARES_E…`).
    package let code: Int32

    /// One sentence with what to look at.
    package var description: String {
        "c-ares could not start: \(unsafe String(cString: ares_strerror(self.code))); look at /etc/resolv.conf"
    }
}

extension DNSFailure {
    /// What a status of c-ares means.
    fileprivate init(aresStatus status: Int32) {
        switch status {
        case ARES_ENOTFOUND: self = .notFound
        case ARES_ENODATA: self = .noData
        case ARES_EREFUSED: self = .refused
        case ARES_ETIMEOUT: self = .timeout
        case ARES_EBADNAME, ARES_EBADQUERY: self = .badName
        case ARES_ECONNREFUSED: self = .local("no name server could be reached")
        case ARES_ENOMEM: self = .local("no memory for a lookup")
        default: self = .serverFailure
        }
    }
}
