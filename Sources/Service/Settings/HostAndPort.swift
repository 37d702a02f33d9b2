/// An address as people write it: `127.0.0.1:8080`, `localhost:80`, `[::1]:80`.
package struct HostAndPort: Sendable, Equatable, CustomStringConvertible {
    /// The host without brackets; empty when only a port was given (`:8080`).
    package let host: String
    /// 0 to 65535; 0 lets the kernel choose.
    package let port: UInt16

    /// From its two parts.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Nil when the text is no such address.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// The address in the same notation.
    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
