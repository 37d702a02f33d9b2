/// Which addresses may be connected to, judged on the final address of each connection (design §5).
///
/// Judging the final address covers names, redirects, odd spellings and answers that change between two lookups alike.
package enum AddressPolicy: String, Sendable, Hashable, CaseIterable {
    /// Everything but the metadata services of clouds: for those who only watch what is theirs.
    case any
    /// Only addresses of the public internet: for those who let strangers name the target.
    case `public`

    /// Whether a connection to `address` may be made.
    package func allows(_ address: IPAddress) -> Bool {
        if address.isIPv6 {
            if let inner = address.embeddedIPv4, inner.isMetadata || (self == .public && !inner.isPublic) {
                return false
            }
            return !address.isMetadata && (self == .any || address.isPublic)
        }
        return !address.isMetadata && (self == .any || address.isPublic)
    }
}

extension IPAddress {
    /// The IPv4 address that an IPv6 address stands for in one of the ways of translating, tunnelling and mapping.
    package var embeddedIPv4: IPAddress? {
        guard self.isIPv6 else { return nil }
        let tail = IPAddress(ipv4: UInt32(truncatingIfNeeded: self.low))
        switch (self.high, self.low >> 32) {
        case (0, 0xffff): return tail  // ::ffff:0:0/96, mapped (RFC 4291)
        case (0, 0xffff_0000): return tail  // ::ffff:0:0:0/96, translated (RFC 2765)
        case (0, 0) where self.low > 1: return tail  // ::/96, compatible (RFC 4291)
        case (0x0064_ff9b_0000_0000, 0): return tail  // NAT64 (RFC 6052)
        default: break
        }
        // NAT64 of a site's own (RFC 8215), with the address at the end as in a /96.
        if self.high >> 16 == 0x0064_ff9b_0001 { return tail }
        // 6to4 (RFC 3056): behind the prefix.
        if self.high >> 48 == 0x2002 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: self.high >> 16)) }
        // Teredo (RFC 4380): the client's, inverted, at the end.
        if self.high >> 32 == 0x2001_0000 { return IPAddress(ipv4: ~UInt32(truncatingIfNeeded: self.low)) }
        // ISATAP (RFC 5214): an interface identifier made from the address.
        if self.low >> 32 == 0x5efe || self.low >> 32 == 0x0200_5efe { return tail }
        return nil
    }

    /// Whether a cloud's metadata service is reached under this address.
    fileprivate var isMetadata: Bool {
        guard self.isIPv6 else {
            let bits = UInt32(self.low)
            // 169.254.169.0/24 (most clouds), 169.254.170.0/24 (credentials of containers), 169.254.0.23 (Tencent),
            // 100.100.100.200 (Alibaba), 192.0.0.192 (Oracle).
            return bits >> 8 == 0xa9fea9 || bits >> 8 == 0xa9feaa || bits == 0xa9fe_0017 || bits == 0x6464_64c8
                || bits == 0xc000_00c0
        }
        // fd00:ec2::/32 (Amazon), fd20:ce::/32 (Google), fe80::a9fe:a9fe (Oracle and others).
        return self.high >> 32 == 0xfd00_0ec2 || self.high >> 32 == 0xfd20_00ce
            || (self.high == 0xfe80_0000_0000_0000 && self.low == 0xa9fe_a9fe)
    }

    /// Whether the address is global unicast and no translation of one that isn't.
    fileprivate var isPublic: Bool {
        guard self.isIPv6 else {
            let bits = UInt32(self.low)
            return !IPAddress.reserved.contains { bits >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
        }
        // Only 2000::/3 is given out (IANA); within it what is for tunnels, documents and measurements.
        guard self.high >> 61 == 1, self.embeddedIPv4 == nil else { return false }
        let first = self.high >> 32
        return first != 0x2001_0000 && first != 0x2001_0db8 && self.high >> 16 != 0x2001_0002_0000
            && first >> 4 != 0x0200_1001 && first >> 4 != 0x0200_1002 && first >> 4 != 0x0200_1003
            && self.high >> 44 != 0x3fff0
    }

    /// The special-purpose registry of IPv4 (RFC 6890 and its successors).
    private static let reserved: [(prefix: UInt32, length: UInt32)] = [
        (0x0000_0000, 8), (0x0a00_0000, 8), (0x6440_0000, 10), (0x7f00_0000, 8), (0xa9fe_0000, 16), (0xac10_0000, 12),
        (0xc000_0000, 24), (0xc000_0200, 24), (0xc058_6300, 24), (0xc0a8_0000, 16), (0xc612_0000, 15),
        (0xc633_6400, 24), (0xcb00_7100, 24), (0xe000_0000, 4), (0xf000_0000, 4), (0xa83f_8110, 32),
    ]
}
