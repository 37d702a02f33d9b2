import Glibc

/// A blocking HTTP client for servers on 127.0.0.1, one connection a call.
struct LoopbackHTTP {
    let port: UInt16
    var headers: [String] = []

    /// The body of a 2xx answer.
    func get(_ path: String) throws(BenchError) -> String {
        let (status, body) = try self.send("GET", path, nil)
        guard (200...299).contains(status) else { throw BenchError("GET \(path) was answered \(status): \(body)") }
        return body
    }

    /// The body of a 2xx answer to a document.
    @discardableResult
    func post(_ path: String, _ document: String) throws(BenchError) -> String {
        let (status, body) = try self.send("POST", path, document)
        guard (200...299).contains(status) else { throw BenchError("POST \(path) was answered \(status): \(body)") }
        return body
    }

    /// Status and body; status 0 when nothing answered.
    func send(_ method: String, _ path: String, _ document: String?) throws(BenchError) -> (Int, String) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = self.port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
        }
        guard code == 0 else { return (0, "errno \(errno)") }
        var request = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        for header in self.headers { request += header + "\r\n" }
        if let document {
            request += "Content-Type: application/json\r\nContent-Length: \(document.utf8.count)\r\n"
        }
        request += "\r\n" + (document ?? "")
        var bytes = Array(request.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return (0, "errno \(errno)") }
            bytes = bytes.dropFirst(count)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        // To the end that the length names, since not every server closes when it is asked to.
        while answer.count < Self.length(answer) {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
        guard let end = answer.indices.first(where: { answer[$0...].starts(with: [13, 10, 13, 10]) }) else {
            return (0, text)
        }
        return (status, String(decoding: answer[(end + 4)...], as: UTF8.self))
    }

    /// How long the answer is as far as its beginning tells.
    private static func length(_ answer: [UInt8]) -> Int {
        guard let end = answer.indices.first(where: { answer[$0...].starts(with: [13, 10, 13, 10]) }) else {
            return .max
        }
        let head = String(decoding: answer[..<end], as: UTF8.self).lowercased()
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        return line.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }.map { end + 4 + $0 } ?? .max
    }
}
