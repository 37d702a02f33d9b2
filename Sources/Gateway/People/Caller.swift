import HTTPServer

/// Who asks, as ``Access`` found out before the handler was called.
///
/// Made once for each key and session and shared by its requests: knowing the caller costs a request no memory. Where
/// the request comes from is its `peer`.
final class Caller: Sendable {
    /// How the caller proved who it is.
    enum Kind: String, Sendable {
        /// Nobody: only routes that are open to all see it.
        case anonymous
        /// A key of the table `api_keys`.
        case key
        /// A person.
        case person
        /// `APUS_ADMIN_KEY`.
        case adminKey
    }

    /// How it proved who it is.
    let kind: Kind
    /// The key's or the person's id; `nil` for the others.
    let id: Int64?
    /// What people call it.
    let name: String
    /// What it may do; `nil`: only what is open to all.
    let role: Role?

    init(_ kind: Kind, id: Int64? = nil, name: String, role: Role?) {
        self.kind = kind
        self.id = id
        self.name = name
        self.role = role
    }

    /// Nobody in particular.
    static let anonymous = Caller(.anonymous, name: "", role: nil)
    /// Who has the first admin's key.
    static let adminKey = Caller(.adminKey, name: "APUS_ADMIN_KEY", role: .admin)

    /// Whether it may do everything.
    var isAdmin: Bool { self.role == .admin }
}

extension HTTPRequest {
    /// Who asks; ``Caller/anonymous`` where no ``Access`` stands before the route, as in tests of the handlers.
    var caller: Caller { (self.context as? Caller) ?? .anonymous }
}
