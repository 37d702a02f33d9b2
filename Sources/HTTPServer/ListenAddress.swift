/// Where a server listens: an address of this machine and a port.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets; `0.0.0.0` and `::` mean all.
    package let host: String
    /// The port; 0 lets the system choose.
    package let port: UInt16

    /// Joins an address and a port.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080` or `:8080` (all addresses).
    ///
    /// - Throws: ``HTTPServerError/badAddress(_:)``.
    package init(_ text: String) throws(HTTPServerError) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { throw .badAddress(text) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.isEmpty { host = "0.0.0.0" }
        if host == "localhost" { host = "127.0.0.1" }
        let digits = text[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw .badAddress(text)
        }
        self.init(host: host, port: port)
    }

    /// The form that is read.
    package var description: String {
        self.host.utf8.contains(UInt8(ascii: ":")) ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
