import Service

/// What a person asks to be checked: a URL, a host and port, or a bare host name, which is taken for its website.
struct ProbeTarget: Sendable, Equatable {
    /// How it is checked: `http` or `tcp`.
    let type: String
    /// The URL, or `host:port`.
    let target: String

    /// Reads what was typed; `type` is nil where the text is to decide.
    init(_ text: String, type: String? = nil) throws(VerbError) {
        guard type == nil || type == "http" || type == "tcp" else {
            throw Self.error("--type: expected http or tcp, found '\(type ?? "")'")
        }
        let scheme = text.firstRange(of: "://").map { text[..<$0.lowerBound].lowercased() }
        if let scheme, scheme != "tcp" {
            guard scheme == "http" || scheme == "https", type != "tcp" else {
                throw Self.error("expected an http or https URL, or HOST:PORT, found '\(text)'")
            }
            (self.type, self.target) = ("http", text)
            return
        }
        let rest = scheme == nil ? text : String(text.dropFirst("tcp://".count))
        if type != "http", let place = HostAndPort(rest), !place.host.isEmpty, place.port > 0 {
            (self.type, self.target) = ("tcp", place.description)
            return
        }
        guard scheme == nil, type != "tcp", Self.isHostWithPath(text) else {
            throw Self.error("expected a URL as https://example.com, or HOST:PORT as example.com:22, found '\(text)'")
        }
        (self.type, self.target) = ("http", "https://\(text)")
    }

    /// The host, with its port where one was given: what a monitor is called unless it is named.
    var host: String {
        guard let scheme = self.target.firstRange(of: "://") else { return self.target }
        let rest = self.target[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(authority.split(separator: "@").last ?? authority)
    }

    private static func isHostWithPath(_ text: String) -> Bool {
        let authority = String(text.prefix { $0 != "/" && $0 != "?" })
        var host = authority
        if authority.contains(":") {
            // With a path behind it, for otherwise it were a TCP port.
            guard authority != text, let place = HostAndPort(authority), place.port > 0 else { return false }
            host = place.host
        }
        return !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
            && !text.contains(where: \.isWhitespace)
    }

    private static func error(_ message: String) -> VerbError {
        VerbError(message, code: ExitCode.usage)
    }
}
