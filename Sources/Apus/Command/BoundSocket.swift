import Glibc
import Service

/// A TCP socket with an address, closed with its owner.
///
/// While it does not listen itself another socket may, at the same address (both set `SO_REUSEADDR`), and the kernel
/// gives its port to nobody else: so it keeps a port for a process that is yet to start, or starts again (socket(7)).
final class BoundSocket: Sendable {
    /// The descriptor, which doesn't block.
    let descriptor: Int32
    /// The address with its port, also when the kernel chose it.
    let address: HostAndPort

    /// Takes a numeric address or `localhost` at which nobody listens; what is wrong is said in one sentence.
    init(_ address: HostAndPort) throws(VerbError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let host = address.host.isEmpty ? nil : address.host
        guard unsafe getaddrinfo(host, String(address.port), &hints, &list) == 0, let info = unsafe list?.pointee else {
            throw VerbError(
                "\(address) is no address to listen on: expected a numeric address and a port, as 127.0.0.1:8080",
                code: ExitCode.usage
            )
        }
        defer { unsafe freeaddrinfo(list) }
        let descriptor = unsafe socket(
            info.ai_family,
            info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
            0
        )
        var one: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe descriptor >= 0 && bind(descriptor, info.ai_addr, info.ai_addrlen) == 0 else {
            let cause = errno
            close(descriptor)
            throw Self.error(address, cause)
        }
        self.descriptor = descriptor
        self.address = HostAndPort(host: address.host, port: Self.port(of: descriptor))
    }

    /// Begins to take connections.
    func listen() throws(VerbError) {
        guard Glibc.listen(self.descriptor, 4_096) == 0 else { throw Self.error(self.address, errno) }
    }

    deinit {
        close(self.descriptor)
    }

    private static func error(_ address: HostAndPort, _ cause: Int32) -> VerbError {
        switch cause {
        case EADDRINUSE:
            VerbError(
                "the address \(address) is already in use; choose another with --listen",
                code: ExitCode.unavailable
            )
        case EACCES:
            VerbError(
                "listening on \(address) is not permitted; choose a port above 1023 with --listen",
                code: ExitCode.unavailable
            )
        case EADDRNOTAVAIL:
            VerbError(
                "this machine has no address \(address.host); choose another with --listen",
                code: ExitCode.unavailable
            )
        default:
            VerbError(
                "listening on \(address) failed: \(unsafe String(cString: strerror(cause)))",
                code: ExitCode.unavailable
            )
        }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe _ = getsockname(descriptor, address, &length)
            }
        }
        // The port stands at the same place in both families, in network order.
        return UInt16(bigEndian: storage.sin6_port)
    }
}
