import HTTPServer

/// Whether a request comes from our own pages: what a cookie authorises must not be asked for by others (CSRF).
struct SameOrigin: Sendable {
    /// Where people find us, as `https://apus.example.com`; `nil`: only the `Host` of the request tells.
    private let origin: String?

    /// Knows the origin of `publicURL`.
    init(publicURL: String?) {
        self.origin = publicURL.flatMap(Self.origin)
    }

    /// Where a request says it comes from.
    enum Source { case ours, foreign, unsaid }

    /// Browsers say it in `Sec-Fetch-Site`; older ones, and all on plain HTTP beyond this machine, in `Origin`.
    ///
    /// A page can set neither header. `Host` can't be forged to match: the cookie would not be sent to that name.
    func source(of request: HTTPRequest) -> Source {
        if let site = request.header("sec-fetch-site") { return site == "same-origin" ? .ours : .foreign }
        guard let origin = request.header("origin")?.lowercased() else { return .unsaid }
        if origin == self.origin { return .ours }
        guard let host = request.header("host")?.lowercased(), !host.isEmpty else { return .foreign }
        return origin == "http://\(host)" || origin == "https://\(host)" ? .ours : .foreign
    }

    /// Scheme, host and port of a URL, in lower case, as browsers write an origin.
    static func origin(_ url: String) -> String? {
        let lower = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return nil }
        let authority = lower.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let usual = scheme == "https://" ? ":443" : ":80"
        return scheme + (authority.hasSuffix(usual) ? authority.dropLast(usual.count) : authority)
    }
}
