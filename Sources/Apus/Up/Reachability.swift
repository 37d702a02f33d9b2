import CLinux
import Glibc
import Service

/// Whether somebody listens, and lives, at an address of this machine.
enum Reachability {
    /// Tries to connect once; at most as long as the kernel lets a local connection wait.
    static func accepts(_ address: HostAndPort) -> Bool {
        self.withConnection(to: address, millis: 0) { _ in true }
    }

    /// Whether a process answers 200 to `/livez` within so many milliseconds.
    static func isAlive(_ address: HostAndPort, millis: Int64) -> Bool {
        self.withConnection(to: address, millis: millis) { descriptor in
            let question = Array("GET /livez HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\n\r\n".utf8)
            guard unsafe send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else {
                return false
            }
            let wanted = Array("HTTP/1.1 200".utf8)
            var answer = [UInt8](repeating: 0, count: wanted.count)
            return unsafe recv(descriptor, &answer, answer.count, Int32(MSG_WAITALL)) == answer.count
                && answer == wanted
        }
    }

    /// Connects, with a limit for each reading and writing (0: none); false where nobody listens.
    private static func withConnection(to address: HostAndPort, millis: Int64, _ body: (Int32) -> Bool) -> Bool {
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
        var limit = timeval(tv_sec: Int(millis / 1_000), tv_usec: Int(millis % 1_000) * 1_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] { unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, size) }
        return unsafe connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 && body(descriptor)
    }
}
