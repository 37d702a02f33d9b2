import Glibc

/// Whether a server on a Unix socket answers a line as expected within the limit.
func unixServerAnswers(_ path: String, _ question: String, _ answer: String, _ limit: Duration) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in unsafe bytes.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
    }
    let bytes = Array(question.utf8)
    guard connected == 0, unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    else { return false }
    var reply = [UInt8](repeating: 0, count: 64)
    guard waitReadable(descriptor, limit) else { return false }
    let count = unsafe recv(descriptor, &reply, reply.count, 0)
    return count > 0 && String(decoding: reply[..<count], as: UTF8.self).hasPrefix(answer)
}
