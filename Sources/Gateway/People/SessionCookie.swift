import HTTPServer

/// The cookie that carries a session.
struct SessionCookie: Sendable {
    private static let name = "apus_session"

    private let path: String
    /// Seconds.
    private let lifetime: Int64
    private let isSecure: @Sendable (HTTPRequest) -> Bool

    /// A cookie for `path` that lives for `lifetime` ms; `isSecure` tells whether a request came over TLS.
    init(path: String, lifetime: Int64, isSecure: @escaping @Sendable (HTTPRequest) -> Bool) {
        self.path = path
        self.lifetime = lifetime / 1_000
        self.isSecure = isSecure
    }

    /// The header that sets it.
    func setting(_ value: String, for request: HTTPRequest) -> (name: String, value: String) {
        self.header("\(value); Max-Age=\(self.lifetime)", request)
    }

    /// The header that removes it.
    func removing(for request: HTTPRequest) -> (name: String, value: String) { self.header("; Max-Age=0", request) }

    private func header(_ value: String, _ request: HTTPRequest) -> (name: String, value: String) {
        // Lax: a link in an alert opens the page signed in; what changes anything needs our own origin besides.
        let secure = self.isSecure(request) ? "; Secure" : ""
        return ("Set-Cookie", "\(Self.name)=\(value); Path=\(self.path); HttpOnly; SameSite=Lax\(secure)")
    }

    /// The values that a request carries under the name, at most four: a neighbouring host can add one of its own.
    static func values(_ request: HTTPRequest) -> [String] {
        guard let header = request.header("cookie") else { return [] }
        var values: [String] = []
        for pair in header.split(separator: ";") {
            let pair = pair.drop { $0 == " " }
            guard pair.hasPrefix("\(Self.name)="), values.count < 4 else { continue }
            values.append(String(pair.dropFirst(Self.name.count + 1)))
        }
        return values
    }
}
