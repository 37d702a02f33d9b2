/// What a caller may do; each role includes those before it.
enum Role: String, Sendable, CaseIterable, Comparable {
    /// May read.
    case viewer
    /// May change monitors and channels.
    case editor
    /// May make keys and people.
    case admin

    static func < (left: Role, right: Role) -> Bool {
        (Role.allCases.firstIndex(of: left) ?? 0) < (Role.allCases.firstIndex(of: right) ?? 0)
    }
}
