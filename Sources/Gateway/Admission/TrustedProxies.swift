import HTTPServer
import Networking

/// The proxies whose word is taken for who asks and whether it came over TLS; of all others such headers are ignored.
struct TrustedProxies: Sendable {
    private let networks: [IPNetwork]

    /// Trusts the addresses in `networks`.
    init(_ networks: [IPNetwork]) {
        self.networks = networks
    }

    /// Who asks: the nearest address in `X-Forwarded-For` that is no trusted proxy itself.
    ///
    /// Read from the end, since each proxy adds whom it speaks for there, and what stands before may be invented.
    func client(of request: HTTPRequest) -> PeerAddress {
        guard self.trusts(request.peer) else { return request.peer }
        let hops = request.headers.all("x-forwarded-for").flatMap { $0.split(separator: ",") }
        var client = request.peer
        for hop in hops.reversed() {
            guard let address = PeerAddress(Self.host(hop)) else { break }
            client = address
            guard self.trusts(address) else { break }
        }
        return client
    }

    /// Whether a trusted proxy says that the client used TLS.
    func isSecure(_ request: HTTPRequest) -> Bool {
        guard self.trusts(request.peer), let scheme = request.headers.all("x-forwarded-proto").last else {
            return false
        }
        return scheme.split(separator: ",").last?.filter { $0 != " " }.lowercased() == "https"
    }

    private func trusts(_ peer: PeerAddress) -> Bool {
        guard !self.networks.isEmpty, let address = IPAddress(peer.description) else { return false }
        return self.networks.contains { $0.contains(address) }
    }

    /// An element of the list without spaces, brackets and port.
    private static func host(_ hop: Substring) -> String {
        let text = hop.filter { $0 != " " && $0 != "\t" }
        if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
        return text.filter { $0 == ":" }.count == 1 ? String(text.prefix { $0 != ":" }) : text
    }
}
