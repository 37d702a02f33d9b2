/// What went wrong with a command or a connection.
///
/// It holds no key and no value apart from what the server itself says.
package struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure this is.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        /// The deadline passed without an answer; the connection has been given up, the outcome is unknown.
        package static let timeout = Self(description: "timeout")
        /// There is no connection or it broke; the outcome of what was under way is unknown.
        package static let connectionLost = Self(description: "connectionLost")
        /// The server sent what is not the protocol; the connection has been given up.
        package static let malformed = Self(description: "malformed")
        /// A URL is wrong.
        package static let configuration = Self(description: "configuration")
        /// The answer has another type than the caller expected.
        package static let unexpected = Self(description: "unexpected")
        /// OOM: the server is at its memory limit and refuses writes.
        package static let outOfMemory = Self(description: "OOM")
        /// READONLY: the server is a replica.
        package static let readOnly = Self(description: "READONLY")
        /// LOADING: the server reads its data and answers soon.
        package static let loading = Self(description: "LOADING")
        /// MISCONF: the server can't save and refuses writes.
        package static let misconfigured = Self(description: "MISCONF")
        /// NOSCRIPT: the server has forgotten the script.
        package static let noScript = Self(description: "NOSCRIPT")
        /// NOAUTH, WRONGPASS or NOPERM: user or password are wrong, or lack the right.
        package static let denied = Self(description: "denied")
        /// Any other error that the server answered with.
        package static let server = Self(description: "server")
    }

    /// The kind of failure.
    package let code: Code
    /// What was expected and what was found, or the server's own words.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The error that an error reply stands for.
    init(reply: String) {
        let word = reply.prefix { $0 != " " }
        let known: [Substring: Code] = [
            "OOM": .outOfMemory, "READONLY": .readOnly, "LOADING": .loading, "MISCONF": .misconfigured,
            "NOSCRIPT": .noScript, "NOAUTH": .denied, "WRONGPASS": .denied, "NOPERM": .denied,
        ]
        self.init(known[word] ?? .server, reply)
    }

    /// Whether the connection is gone and a new one is needed.
    package var isConnectionLost: Bool { [.timeout, .connectionLost, .malformed].contains(self.code) }

    /// Whether this is an outage that may pass, not a fault of the command.
    package var isTransient: Bool {
        self.isConnectionLost || [.outOfMemory, .readOnly, .loading, .misconfigured].contains(self.code)
    }

    package var description: String { "redis \(self.code): \(self.message)" }
}
