/// A network of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
package struct IPNetwork: Sendable, Hashable {
    private let prefix: IPAddress
    private let length: Int

    /// Reads a network in CIDR notation, or a single address; nil if it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let prefix = IPAddress(String(first)), prefix.scope == 0 else { return nil }
        let bits = prefix.isIPv6 ? 128 : 32
        guard parts.count == 2 else {
            self.prefix = prefix
            self.length = bits
            return
        }
        guard let length = Int(parts[1]), (0...bits).contains(length), parts[1] == String(length) else { return nil }
        self.prefix = prefix
        self.length = length
    }

    /// Whether an address lies in the network; an IPv4 address that is mapped into IPv6 counts as itself.
    package func contains(_ address: IPAddress) -> Bool {
        let address = address.isMapped ? IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low)) : address
        guard address.isIPv6 == self.prefix.isIPv6 else { return false }
        guard self.prefix.isIPv6 else { return (address.low ^ self.prefix.low) >> (32 - self.length) == 0 }
        let high = address.high ^ self.prefix.high
        let low = address.low ^ self.prefix.low
        // A shift by 64 gives 0 in Swift.
        return self.length <= 64 ? high >> (64 - self.length) == 0 : high == 0 && low >> (128 - self.length) == 0
    }
}

extension IPAddress {
    /// Whether it is an IPv4 address in the form `::ffff:a.b.c.d`.
    fileprivate var isMapped: Bool { self.isIPv6 && self.high == 0 && self.low >> 32 == 0xffff }
}
