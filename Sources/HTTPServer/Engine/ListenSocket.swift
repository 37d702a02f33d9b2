import Glibc

/// Opens the socket on which a server listens.
enum ListenSocket {
    /// Binds and listens, without blocking.
    ///
    /// - Returns: the descriptor, which the caller closes, and the address with the port that the system chose.
    static func open(_ address: ListenAddress) throws(HTTPServerError) -> (descriptor: Int32, address: ListenAddress) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, String(address.port), &hints, &list) == 0, let found = unsafe list else {
            throw .badAddress(address.description)
        }
        defer { unsafe freeaddrinfo(found) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe socket(found.pointee.ai_family, type, 0)
        guard descriptor >= 0 else { throw .system(step: "open a socket for", address, code: errno) }
        do throws(HTTPServerError) {
            var on: Int32 = 1
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            guard unsafe bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
                throw Self.refusal("bind to", address)
            }
            guard listen(descriptor, 4096) == 0 else {
                throw Self.refusal("listen on", address)
            }
        } catch {
            close(descriptor)
            throw error
        }
        return (descriptor, ListenAddress(host: address.host, port: Self.port(of: descriptor)))
    }

    private static func refusal(_ step: String, _ address: ListenAddress) -> HTTPServerError {
        let code = errno
        return code == EADDRINUSE ? .portInUse(address) : .system(step: step, address, code: code)
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(descriptor, address, &length)
                return unsafe PeerAddress(address).port
            }
        }
    }
}
