import Glibc

/// Sockets on 127.0.0.1 whose port the kernel chooses.
package enum LoopbackSocket {
    /// A non-blocking listening TCP socket and its port.
    package static func listening() -> (descriptor: Int32, port: UInt16) {
        let bound = LoopbackSocket.bound(SOCK_STREAM)
        precondition(listen(bound.descriptor, 4_096) == 0, "listen failed: errno \(errno)")
        return bound
    }

    /// A non-blocking bound UDP socket and its port.
    package static func datagram() -> (descriptor: Int32, port: UInt16) { LoopbackSocket.bound(SOCK_DGRAM) }

    /// A port at which nothing listens but what the test starts there; nobody else gets it before this process ends.
    package static func closedPort() -> UInt16 { LoopbackSocket.bound(SOCK_STREAM).port }

    private static func bound(_ type: __socket_type) -> (descriptor: Int32, port: UInt16) {
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, Int32(type.rawValue) | flags, 0)
        precondition(descriptor >= 0, "no socket: errno \(errno)")
        // So that another socket may listen where this one does not: see socket(7).
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0
            }
        }
        precondition(code, "no port on loopback: errno \(errno)")
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
