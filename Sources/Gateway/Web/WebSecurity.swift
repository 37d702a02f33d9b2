/// What every answer of the dashboard tells the browser to refuse.
enum WebSecurity {
    /// Scripts, styles and data of this origin alone, none of them inline, and no page of others around ours.
    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'self'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// The header fields, this policy among them.
    static func headers(_ policy: String) -> [(name: String, value: String)] {
        [
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ]
    }
}
