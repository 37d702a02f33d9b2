import Glibc
import JSON
import Networking

/// What a monitor may point at, as far as its text tells; where its name leads is judged at each connection.
enum Target {
    /// An absolute `http` or `https` URL without credentials and fragment, to no address that `policy` forbids.
    static func url(_ policy: AddressPolicy) -> JSONRule<String> {
        JSONRule<String>.string(1...2_048).then(
            "Must be an http:// or https:// URL with a host, without spaces, credentials or fragment."
        ) { text in
            Target.isURL(text) ? text : nil
        }.then(Target.forbidden(policy)) { Target.isAllowed($0, policy) ? $0 : nil }
    }

    /// `host:port` or `[address]:port`, to no address that `policy` forbids.
    static func hostAndPort(_ policy: AddressPolicy) -> JSONRule<String> {
        JSONRule<String>.string(1...300).then(
            "Must be host:port, such as db.example.com:5432 or [::1]:22, with a port of 1 to 65535."
        ) { text in
            Target.isHostAndPort(text) ? text : nil
        }.then(Target.forbidden(policy)) { Target.isAllowed($0, policy) ? $0 : nil }
    }

    private static func forbidden(_ policy: AddressPolicy) -> String {
        switch policy {
        case .any: "Must not be the address of a cloud's metadata service."
        case .public: "Must be a public address or a name: ADDRESS_POLICY is \"public\"."
        }
    }

    /// Whether a well-formed target is no address that `policy` forbids.
    static func isAllowed(_ target: String, _ policy: AddressPolicy) -> Bool {
        self.literal(in: target).map(policy.allows) ?? true
    }

    /// The address that a well-formed target names outright; `nil`: a name.
    static func literal(in target: String) -> IPAddress? {
        var rest = target.utf8[...]
        if let mark = rest.firstRange(of: "://".utf8) { rest = rest[mark.upperBound...] }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        if authority.first == UInt8(ascii: "[") {
            return IPAddress(String(Substring(authority.dropFirst().prefix { $0 != UInt8(ascii: "]") })))
        }
        // Clients take an IPv4 address in its older spellings too: 127.1, 2130706433, 0x7f000001, 0177.0.0.1.
        let host = String(Substring(authority.prefix { $0 != UInt8(ascii: ":") }))
        var address = in_addr()
        guard unsafe inet_aton(host, &address) == 1 else { return nil }
        return IPAddress(ipv4: UInt32(bigEndian: address.s_addr))
    }

    /// Whether `text` is a URL that Apus probes or posts to.
    static func isURL(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") })
        else { return false }
        // Byte by byte: of "/" and a mark behind it Swift makes one character, which is no slash.
        let start = bytes.prefix(8).map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        let scheme = ["https://", "http://"].first { start.starts(with: $0.utf8) }
        guard let scheme else { return false }
        let rest = bytes[scheme.utf8.count...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.isEmpty, !authority.contains(UInt8(ascii: "@")) else { return false }
        return self.isAuthority(Array(authority), portRequired: false)
    }

    private static func isHostAndPort(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && !"/@\\?#".utf8.contains($0) }) else { return false }
        return self.isAuthority(bytes, portRequired: true)
    }

    private static func isAuthority(_ bytes: [UInt8], portRequired: Bool) -> Bool {
        var host = bytes[...]
        var port: ArraySlice<UInt8>?
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let after = bytes[(close + 1)...]
            guard after.isEmpty || after.first == UInt8(ascii: ":") else { return false }
            port = after.isEmpty ? nil : after.dropFirst()
            host = bytes[1..<close]
            guard host.contains(UInt8(ascii: ":")) else { return false }
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            host = bytes[..<colon]
            port = bytes[(colon + 1)...]
        }
        guard !host.isEmpty, host.count <= 253, !host.contains(where: { "[]<>\"^`{|}%".utf8.contains($0) })
        else { return false }
        guard let port else { return !portRequired }
        guard let number = Int(String(decoding: port, as: UTF8.self)), port.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return false }
        return (1...65_535).contains(number)
    }
}
