import Glibc

/// A user of the system, as whom a child may run.
package struct SystemUser: Sendable, Equatable {
    /// The user's number.
    package let id: UInt32
    /// The number of the user's own group.
    package let group: UInt32
    /// The user's name.
    package let name: String

    /// The user of this name; nil when the system knows none.
    package init?(_ name: String) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let code = unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        guard code == 0, unsafe found != nil else { return nil }
        self.id = unsafe entry.pw_uid
        self.group = unsafe entry.pw_gid
        self.name = name
    }

    /// The unprivileged user for servers that refuse root; nil when this process is not root or none is found.
    package static func forServers() -> Self? {
        geteuid() == 0 ? Self("postgres") ?? Self("nobody") : nil
    }
}
