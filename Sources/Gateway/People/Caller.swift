import HTTPServer

/// Who asks, as ``Access`` found out before the handler was called.
///
/// Made once for each key and session and shared by its requests: knowing the caller costs a request no memory. Where
/// the request comes from is its `client`.
final class Caller: Sendable {
    /// What the caller proved to be.
    enum Kind: String, Sendable {
        /// Nobody: only routes that are open to all see it.
        case anonymous
        /// A key of the table `api_keys`, or a session that was opened with one.
        case key
        /// A person.
        case person
        /// `APUS_ADMIN_KEY`, or a session that was opened with it.
        case adminKey
        /// The user of HTTP Basic.
        case basic
    }

    /// The session of a browser.
    struct Session: Sendable {
        let id: Int64
        /// When the caller signed in, Unix ms.
        let startedAt: Int64
        /// When it ends at the latest, Unix ms.
        let expiresAt: Int64
        /// Whether a one-time token opened it.
        let byToken: Bool
        /// Where it was opened from.
        let address: String
        /// What the browser called itself.
        let agent: String
    }

    /// What it proved to be.
    let kind: Kind
    /// The key's or the person's id; `nil` for the others.
    let id: Int64?
    /// What people call it.
    let name: String
    /// What it may do; `nil`: only what is open to all.
    let role: Role?
    /// The session whose cookie was sent; `nil`: none was.
    let session: Session?
    /// What ``Credentials`` know it by; empty: it can't be taken back.
    let fingerprint: [UInt8]

    init(
        _ kind: Kind,
        id: Int64? = nil,
        name: String,
        role: Role?,
        session: Session? = nil,
        fingerprint: [UInt8] = []
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.role = role
        self.session = session
        self.fingerprint = fingerprint
    }

    /// Nobody in particular.
    static let anonymous = Caller(.anonymous, name: "", role: nil)
    /// Who has the first admin's key.
    static let adminKey = Caller(.adminKey, name: "Admin key", role: .admin)

    /// Whether it may do everything.
    var isAdmin: Bool { self.role == .admin }
}

extension HTTPRequest {
    /// Who asks; ``Caller/anonymous`` where no ``Access`` stands before the route, as in tests of the handlers.
    var caller: Caller { (self.context as? Caller) ?? .anonymous }
}
