import Glibc

/// What the machine's routing table knows.
enum Route {
    /// IPv6 first, without addresses of a family that has no route where the other has one (RFC 6724, rule 1).
    static func usable(_ addresses: [IPAddress]) -> [IPAddress] {
        let six = addresses.filter(\.isIPv6)
        let four = addresses.filter { !$0.isIPv6 }
        guard let firstSix = six.first, let firstFour = four.first else { return addresses }
        if !Route.exists(to: firstSix) { return four }
        if !Route.exists(to: firstFour) { return six }
        return six + four
    }

    /// Connecting a datagram socket sends nothing and fails where there is no route.
    private static func exists(to address: IPAddress) -> Bool {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return unsafe address.withSocketAddress(port: 53) { unsafe connect(descriptor, $0, $1) } == 0
    }
}
