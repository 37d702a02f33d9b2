import HTTPServer
import Postgres
import Service

/// Every route about who may come in and what they did: sessions, people and the audit log.
struct PeopleRoutes: Sendable {
    /// The routes.
    let routes: [Route]

    /// Routes over `pool`; whether a request came over TLS is asked of `proxies`, and `brake` slows down who guesses.
    init(
        _ pool: PostgresPool,
        settings: GatewaySettings,
        credentials: Credentials,
        proxies: TrustedProxies,
        brake: Brake,
        answers: Answers,
        log: Log
    ) {
        let passwords = Passwords()
        let sessions = SessionStore(pool, credentials: credentials)
        let isSecure: @Sendable (HTTPRequest) -> Bool = { request in
            settings.publicURL?.lowercased().hasPrefix("https://") == true || proxies.isSecure(request)
        }
        let cookie = SessionCookie(
            path: settings.basePath.isEmpty ? "/" : settings.basePath,
            lifetime: settings.sessions.lifetime,
            isSecure: isSecure
        )
        let signingIn = SessionRoutes(
            pool,
            signIn: SignIn(pool, sessions: sessions, passwords: passwords, brake: brake, log: log),
            store: sessions,
            credentials: credentials,
            cookie: cookie,
            publicURL: { request in
                let host = request.header("host") ?? settings.listen.description
                return settings.publicURL ?? "\(isSecure(request) ? "https" : "http")://\(host)\(settings.basePath)"
            },
            answers: answers,
            key: settings.secretKey
        )
        let people = PersonRoutes(
            PersonStore(pool, credentials: credentials),
            passwords: passwords,
            brake: brake,
            answers: answers,
            key: settings.secretKey
        )
        let audit = AuditRoutes(AuditStore(pool), answers: answers, key: settings.secretKey)
        self.routes = signingIn.routes + people.routes + audit.routes
    }
}
