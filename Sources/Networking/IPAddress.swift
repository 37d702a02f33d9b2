package import Glibc

/// An IPv4 or IPv6 address; plain data.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// `false`: an IPv4 address.
    package let isIPv6: Bool
    /// The upper 64 bits of an IPv6 address; 0 for IPv4.
    package let high: UInt64
    /// The lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address, in host order.
    package let low: UInt64
    /// The interface that a link-local IPv6 address belongs to; 0: none.
    package let scope: UInt32

    /// The IPv4 address of 32 bits in host order.
    package init(ipv4 bits: UInt32) {
        self.isIPv6 = false
        self.high = 0
        self.low = UInt64(bits)
        self.scope = 0
    }

    /// The IPv6 address of 128 bits in host order.
    package init(ipv6 high: UInt64, _ low: UInt64, scope: UInt32 = 0) {
        self.isIPv6 = true
        self.high = high
        self.low = low
        self.scope = scope
    }

    /// Parses a literal: four decimal numbers, or IPv6 of RFC 4291 with an optional `%interface`; no brackets.
    package init?(_ text: String) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
            return
        }
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var six = in6_addr()
        guard let first = parts.first, unsafe inet_pton(AF_INET6, String(first), &six) == 1 else { return nil }
        var scope: UInt32 = 0
        if parts.count == 2 {
            let zone = String(parts[1])
            scope = unsafe UInt32(zone) ?? if_nametoindex(zone)
            guard scope != 0 else { return nil }
        }
        self.init(six, scope: scope)
    }

    /// The address in a socket address; `nil` for other families and too short ones.
    package init?(unsafe address: UnsafePointer<sockaddr>, length: Int) {
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let bits = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
            self.init(ipv4: UInt32(bigEndian: bits))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let full = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
            self.init(full.sin6_addr, scope: full.sin6_scope_id)
        default:
            return nil
        }
    }

    private init(_ bits: in6_addr, scope: UInt32) {
        let words = unsafe unsafeBitCast(bits, to: (UInt64, UInt64).self)
        self.init(ipv6: UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), scope: scope)
    }

    /// As it is written: dotted decimal, or RFC 5952 without brackets and without interface.
    package var description: String {
        // By hand, since the library prints four numbers by way of a format: results hold one of these each.
        guard self.isIPv6 else {
            return unsafe String(unsafeUninitializedCapacity: 15) { buffer in
                var count = 0
                func append(_ byte: UInt8) {
                    unsafe buffer[count] = byte
                    count += 1
                }
                for position in 0..<4 {
                    if position > 0 { append(0x2e) }
                    let number = UInt8(truncatingIfNeeded: self.low >> UInt64(24 - 8 * position))
                    if number >= 100 { append(0x30 + number / 100) }
                    if number >= 10 { append(0x30 + number / 10 % 10) }
                    append(0x30 + number % 10)
                }
                return count
            }
        }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            var bits = self.in6
            unsafe inet_ntop(AF_INET6, &bits, start, socklen_t(INET6_ADDRSTRLEN))
            return unsafe String(cString: start)
        }
    }

    /// Calls `body` with the socket address of `port`; the pointer must not outlive the call.
    package func withSocketAddress<Result>(
        port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        if self.isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = self.in6
            address.sin6_scope_id = self.scope
            return unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(self.low).bigEndian)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private var in6: in6_addr {
        unsafe unsafeBitCast((self.high.bigEndian, self.low.bigEndian), to: in6_addr.self)
    }
}

/// The address family that a connection insists on.
package enum IPFamily: Sendable, Hashable {
    /// Whichever connects.
    case any
    /// IPv4 only.
    case ipv4
    /// IPv6 only.
    case ipv6

    /// Whether `address` may be used.
    package func includes(_ address: IPAddress) -> Bool {
        switch self {
        case .any: true
        case .ipv4: !address.isIPv6
        case .ipv6: address.isIPv6
        }
    }
}
