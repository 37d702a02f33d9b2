import HTTPServer

/// Who may call which route: the one table that ``Access`` goes by.
///
/// A route without a line here stops the program at its start: nothing is ever open by oversight.
enum Permissions {
    /// What a route asks of its caller.
    enum Need: Sendable, Equatable {
        /// Nothing; who has a valid key or session is known to the handler all the same.
        case open
        /// At least this role.
        case role(Role)
        /// To be somebody: the handler shows each their own, and admins more.
        case own
        /// At least this role, for which HTTP Basic is taken as well.
        case basic(Role)

        /// The least role; `nil`: none is needed.
        var role: Role? {
            switch self {
            case .open: nil
            case .own: .viewer
            case .role(let role), .basic(let role): role
            }
        }
    }

    /// One line of the table.
    struct Line: Sendable {
        let method: HTTPMethod
        let template: String
        let need: Need
    }

    /// The table, in the order of the description.
    static let table: [Line] = [
        line(.get, "/api/v1/monitors", .role(.viewer)),
        line(.post, "/api/v1/monitors", .role(.editor)),
        line(.post, "/api/v1/monitors/bulk", .role(.editor)),
        line(.get, "/api/v1/monitors/{id}", .role(.viewer)),
        line(.patch, "/api/v1/monitors/{id}", .role(.editor)),
        line(.delete, "/api/v1/monitors/{id}", .role(.editor)),
        line(.post, "/api/v1/monitors/{id}/check", .role(.editor)),
        line(.get, "/api/v1/monitors/{id}/status", .role(.viewer)),
        line(.get, "/api/v1/monitors/{id}/results", .role(.viewer)),
        line(.get, "/api/v1/monitors/{id}/uptime", .role(.viewer)),
        line(.get, "/api/v1/monitors/{id}/series", .role(.viewer)),
        line(.get, "/api/v1/status", .role(.viewer)),
        line(.get, "/api/v1/overview", .role(.viewer)),
        line(.get, "/api/v1/cards", .role(.viewer)),
        line(.get, "/api/v1/groups", .role(.viewer)),
        line(.get, "/api/v1/tags", .role(.viewer)),
        line(.get, "/api/v1/incidents", .role(.viewer)),
        line(.get, "/api/v1/incidents/{id}", .role(.viewer)),
        line(.post, "/api/v1/incidents/{id}/acknowledge", .role(.editor)),
        line(.post, "/api/v1/incidents/{id}/comments", .role(.editor)),
        line(.get, "/api/v1/deliveries", .role(.viewer)),
        line(.post, "/api/v1/deliveries/{id}/retry", .role(.editor)),
        line(.get, "/api/v1/channels", .role(.viewer)),
        line(.post, "/api/v1/channels", .role(.editor)),
        line(.get, "/api/v1/channels/{id}", .role(.viewer)),
        line(.patch, "/api/v1/channels/{id}", .role(.editor)),
        line(.delete, "/api/v1/channels/{id}", .role(.editor)),
        line(.post, "/api/v1/channels/{id}/secret", .role(.editor)),
        line(.post, "/api/v1/channels/{id}/test", .role(.editor)),
        line(.get, "/api/v1/regions", .role(.viewer)),
        line(.get, "/api/v1/pipeline", .role(.viewer)),
        line(.get, "/api/v1/dead-letters", .role(.admin)),
        line(.get, "/api/v1/storage", .role(.viewer)),
        line(.get, "/api/v1/stream", .role(.viewer)),
        line(.get, "/api/v1/keys", .role(.admin)),
        line(.post, "/api/v1/keys", .role(.admin)),
        line(.delete, "/api/v1/keys/{id}", .role(.admin)),
        line(.post, "/api/v1/sessions", .open),
        line(.get, "/api/v1/sessions", .own),
        line(.post, "/api/v1/sessions/tokens", .role(.admin)),
        line(.get, "/api/v1/sessions/current", .open),
        line(.delete, "/api/v1/sessions/current", .own),
        line(.delete, "/api/v1/sessions/{id}", .own),
        line(.get, "/api/v1/people", .role(.admin)),
        line(.post, "/api/v1/people", .role(.admin)),
        line(.get, "/api/v1/people/{id}", .own),
        line(.patch, "/api/v1/people/{id}", .own),
        line(.delete, "/api/v1/people/{id}", .role(.admin)),
        line(.get, "/api/v1/audit", .role(.admin)),
        line(.get, "/api/live", .basic(.viewer)),
        line(.get, "/sites", .basic(.viewer)),
        line(.post, "/sites", .basic(.editor)),
        line(.get, "/sites/{id}", .basic(.viewer)),
        line(.delete, "/sites/{id}", .basic(.editor)),
        line(.get, "/sites/{id}/history", .basic(.viewer)),
        line(.get, "/webhooks", .basic(.editor)),
        line(.post, "/webhooks", .basic(.editor)),
        line(.get, "/webhooks/{id}", .basic(.editor)),
        line(.delete, "/webhooks/{id}", .basic(.editor)),
        line(.get, "/openapi.yaml", .open),
    ]

    /// What the table says of a route; `nil`: nothing.
    static func need(_ method: HTTPMethod, _ template: String) -> Need? {
        Self.table.first { $0.method == method && $0.template == template }?.need
    }

    private static func line(_ method: HTTPMethod, _ template: String, _ need: Need) -> Line {
        Line(method: method, template: template, need: need)
    }
}
