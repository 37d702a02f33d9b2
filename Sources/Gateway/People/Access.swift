import HTTPServer
import Service

/// Stands before every route, and lets in whom ``Permissions`` allows, before a body is read.
struct Access: Sendable {
    private let keys: APIKeys

    /// Asks `keys`.
    init(_ keys: APIKeys) {
        self.keys = keys
    }

    /// The routes behind the door.
    ///
    /// Each must have its line in ``Permissions``.
    func guarding(_ routes: [Route]) -> [Route] {
        routes.map { route in
            guard let need = Permissions.need(route.method, "\(route.template)") else {
                preconditionFailure("\(route.method.rawValue) \(route.template) has no line in Permissions")
            }
            return route.admitting { self.admit(&$0, need) }
        }
    }

    /// Finds out who asks; an answer only where they may not.
    private func admit(_ request: inout HTTPRequest, _ need: Permissions.Need) -> HTTPResponse? {
        let caller: Caller
        switch self.identify(request) {
        case .known(let found): caller = found
        case .nobody where need == .open, .unknown where need == .open: caller = .anonymous
        case .nobody: return Self.challenge("Send a key: Authorization: Bearer <key>.")
        case .unknown: return Self.challenge("The key is unknown or has expired.", error: ", error=\"invalid_token\"")
        }
        request.context = caller
        guard case .role(let needed) = need else { return nil }
        guard let role = caller.role, role >= needed else {
            let own = caller.role.map { "is \($0.rawValue)" } ?? "is none"
            return .problem(403, "Your role \(own); this needs \(needed.rawValue).")
        }
        return nil
    }

    private enum Identity {
        /// No credentials were sent.
        case nobody
        /// Those that were sent open nothing.
        case unknown
        case known(Caller)
    }

    private func identify(_ request: HTTPRequest) -> Identity {
        guard let value = request.header("authorization") else { return .nobody }
        guard let key = Self.bearer(value) else { return .nobody }
        return self.keys.caller(of: key, now: WallClock.millis).map(Identity.known) ?? .unknown
    }

    private static func challenge(_ detail: String, error: String = "") -> HTTPResponse {
        .problem(401, detail, headers: [("WWW-Authenticate", "Bearer realm=\"apus\"\(error)")])
    }

    /// The token of `Authorization: Bearer` (RFC 6750 §2.1).
    private static func bearer(_ value: String) -> String? {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}
