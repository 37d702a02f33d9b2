import CMicrohttpd
import Glibc

/// Who is at the other end of a connection.
package struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The bytes of an IPv6 address, high and low half; IPv4 in its mapped form `::ffff:a.b.c.d`.
    let high: UInt64
    let low: UInt64
    /// The port, 0 on a Unix socket.
    package let port: UInt16

    /// A client on a Unix socket, or none in a test.
    package static let local = PeerAddress(high: 0, low: 0, port: 0)

    /// What is counted as one client: the address, for IPv6 its network of 64 bits.
    package var network: Network {
        Network(high: self.high, low: self.isMapped ? self.low : 0)
    }

    private var isMapped: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

    /// The unit in which connections of one client are counted.
    package struct Network: Sendable, Hashable {
        let high: UInt64
        let low: UInt64
    }

    /// An address without a port, as a proxy names it: `192.0.2.1`, `2001:db8::1`; nil if it is none.
    package init?(_ text: String) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: four.s_addr)), port: 0)
            return
        }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let words = unsafe unsafeBitCast(six, to: (UInt64, UInt64).self)
        self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1), port: 0)
    }

    init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// Reads the address that the system reports; `local` for families other than IP.
    init(_ address: UnsafePointer<sockaddr>) {
        let family = unsafe Int32(address.pointee.sa_family)
        if family == AF_INET {
            let (host, port) = unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                unsafe (UInt32(bigEndian: pointer.pointee.sin_addr.s_addr), UInt16(bigEndian: pointer.pointee.sin_port))
            }
            self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(host), port: port)
        } else if family == AF_INET6 {
            self = unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                let port = unsafe UInt16(bigEndian: pointer.pointee.sin6_port)
                var address = unsafe pointer.pointee.sin6_addr
                return unsafe withUnsafeBytes(of: &address) { bytes in
                    let high = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
                    let low = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                    return PeerAddress(high: high, low: low, port: port)
                }
            }
        } else {
            self = .local
        }
    }

    /// The address without the port: `127.0.0.1`, eight groups for IPv6, `local` for a Unix socket.
    package var description: String {
        if self.high == 0 && self.low == 0 { return "local" }
        if self.isMapped {
            return [24, 16, 8, 0].map { String(self.low >> UInt64($0) & 0xFF) }.joined(separator: ".")
        }
        return [self.high, self.low].map { half in
            [48, 32, 16, 0].map { String(half >> UInt64($0) & 0xFFFF, radix: 16) }.joined(separator: ":")
        }.joined(separator: ":")
    }
}
