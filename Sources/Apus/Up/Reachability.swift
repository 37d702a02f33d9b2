import Glibc
import Service

/// Whether somebody listens at an address of this machine.
enum Reachability {
    /// Tries to connect once; at most as long as the kernel lets a local connection wait.
    static func accepts(_ address: HostAndPort) -> Bool {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, String(address.port), &hints, &list) == 0,
            let info = unsafe list?.pointee
        else { return false }
        defer { unsafe freeaddrinfo(list) }
        let descriptor = unsafe socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe connect(descriptor, info.ai_addr, info.ai_addrlen) == 0
    }
}
