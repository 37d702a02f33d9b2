import Glibc

/// A TCP client that writes what it is told, byte for byte.
@safe package final class RawClient {
    private let descriptor: Int32

    /// Connects to a port of this machine, from its address 127.0.0.`host`.
    ///
    /// - Throws: ``Failure`` where nobody listens.
    package init(port: UInt16, from host: UInt8 = 1) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let descriptor = self.descriptor
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        if host != 1 {
            let code = unsafe Self.withAddress(host, port: 0) { unsafe bind(descriptor, $0, size) }
            guard code == 0 else { throw Failure(description: "cannot have 127.0.0.\(host): errno \(errno)") }
        }
        let code = unsafe Self.withAddress(1, port: port) { unsafe connect(descriptor, $0, size) }
        guard code == 0 else { throw Failure(description: "cannot connect: errno \(errno)") }
        self.setTimeout(seconds: 5)
    }

    private static func withAddress(
        _ host: UInt8,
        port: UInt16,
        _ body: (UnsafePointer<sockaddr>) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (UInt32(0x7F00_0000) | UInt32(host)).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }

    /// Why there is no connection.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    deinit { close(self.descriptor) }

    /// How long reading waits; 5 s at first.
    package func setTimeout(seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        unsafe setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Makes the system's buffer for what comes in as small as it gets.
    package func shrinkReceiveBuffer() {
        var size: Int32 = 2048
        unsafe setsockopt(self.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends bytes; whether the connection took them all.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(
                    self.descriptor,
                    buffer.baseAddress.map { unsafe $0 + sent },
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends text; whether the connection took it all.
    @discardableResult
    package func write(_ text: String) -> Bool { self.write([UInt8](text.utf8)) }

    /// What has come next, at most 64 KiB; nil at the end of the connection, empty when nothing came in time.
    package func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(self.descriptor, &buffer, buffer.count, 0)
        if count > 0 { return [UInt8](buffer[..<count]) }
        if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return [] }
        return nil
    }

    /// Everything up to the end of the connection, and whether it came to an end in time.
    package func readToEnd() -> (text: String, isClosed: Bool) {
        var all: [UInt8] = []
        while let part = self.read() {
            if part.isEmpty { return (String(decoding: all, as: UTF8.self), false) }
            all += part
        }
        return (String(decoding: all, as: UTF8.self), true)
    }

    /// Reads until `end` has come as often as told, or nothing comes any more.
    package func read(until end: String, times: Int = 1) -> String {
        var all = ""
        while all.components(separatedBy: end) <= times, let part = self.read(), !part.isEmpty {
            all += String(decoding: part, as: UTF8.self)
        }
        return all
    }
}

extension String {
    /// How many parts `separator` makes of this text.
    fileprivate func components(separatedBy separator: String) -> Int {
        var parts = 1
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts += 1
            rest = rest[range.upperBound...]
        }
        return parts
    }
}
