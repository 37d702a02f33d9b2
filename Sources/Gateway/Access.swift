import HTTPServer
import Service

/// Who may do what: every route of the API names the role that it needs, and asks before anything else happens.
struct Access: Sendable {
    private let keys: APIKeys

    /// Asks `keys`.
    init(_ keys: APIKeys) {
        self.keys = keys
    }

    /// The routes behind the door: `read` for GET, `write` for every other method.
    func guarding(_ routes: [Route], read: Role = .viewer, write: Role = .editor) -> [Route] {
        routes.map { route in
            let needed = route.method == .get ? read : write
            return route.wrapped { request, handler in
                guard let key = Access.bearer(request) else {
                    return .problem(
                        401,
                        "Send a key: Authorization: Bearer <key>.",
                        headers: [("WWW-Authenticate", "Bearer realm=\"apus\"")]
                    )
                }
                guard let role = self.keys.role(of: key, now: WallClock.millis) else {
                    return .problem(
                        401,
                        "The key is unknown or has expired.",
                        headers: [("WWW-Authenticate", "Bearer realm=\"apus\", error=\"invalid_token\"")]
                    )
                }
                guard role >= needed else {
                    return .problem(403, "The key's role is \(role.rawValue); this needs \(needed.rawValue).")
                }
                return handler(request)
            }
        }
    }

    /// The token of `Authorization: Bearer` (RFC 6750 §2.1).
    private static func bearer(_ request: HTTPRequest) -> String? {
        guard let value = request.header("authorization") else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}
