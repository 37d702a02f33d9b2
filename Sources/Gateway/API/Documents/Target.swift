import JSON

/// What a monitor may point at, as far as its text tells; where its name leads is judged at each connection.
enum Target {
    /// An absolute `http` or `https` URL without credentials and fragment.
    static var url: JSONRule<String> {
        JSONRule<String>.string(1...2_048).then(
            "Must be an http:// or https:// URL with a host, without spaces, credentials or fragment."
        ) { text in
            Target.isURL(text) ? text : nil
        }
    }

    /// `host:port` or `[address]:port`.
    static var hostAndPort: JSONRule<String> {
        JSONRule<String>.string(1...300).then(
            "Must be host:port, such as db.example.com:5432 or [::1]:22, with a port of 1 to 65535."
        ) { text in
            Target.isHostAndPort(text) ? text : nil
        }
    }

    /// Whether `text` is a URL that Apus probes or posts to.
    static func isURL(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") })
        else { return false }
        let lower = text.lowercased()
        let scheme = lower.hasPrefix("https://") ? 8 : lower.hasPrefix("http://") ? 7 : 0
        guard scheme > 0 else { return false }
        let rest = bytes[scheme...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.isEmpty, !authority.contains(UInt8(ascii: "@")) else { return false }
        return self.isAuthority(Array(authority), portRequired: false)
    }

    private static func isHostAndPort(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") })
        else { return false }
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
