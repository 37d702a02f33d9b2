/// What went wrong with a statement, a transaction or a connection.
///
/// `description` is safe to log: it holds no statement, no parameter and no value. `debugDescription` tells all.
package struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What kind of failure this is.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String { case server, connectionLost, timeout, unknownCommit, busy, unexpected }
        private let kind: Kind

        /// The server answered with an error; `state` says which.
        package static let server = Self(kind: .server)
        /// There is no connection, or it broke: whether the statement ran is unknown, its transaction is rolled back.
        package static let connectionLost = Self(kind: .connectionLost)
        /// The deadline passed without an answer; the connection has been given up.
        package static let timeout = Self(kind: .timeout)
        /// COMMIT was sent and no answer came: the transaction may or may not have happened.
        package static let unknownCommit = Self(kind: .unknownCommit)
        /// No connection of a pool became free in time.
        package static let busy = Self(kind: .busy)
        /// The answer or the call is not what the caller said it would be: a mistake in the program.
        package static let unexpected = Self(kind: .unexpected)

        package var description: String { self.kind.rawValue }
    }

    /// The kind of failure.
    package var code: Code
    /// The server's SQLSTATE, where it sent one.
    package var state: SQLState?
    /// What was expected, what was found; the server's primary message for its errors (it may name values).
    package let message: String
    /// The server's detail and hint, which may hold values of rows.
    package let detail: String?
    /// The constraint that the server names.
    package let constraint: String?
    /// The statement, where there was one.
    package var statement: String?

    init(_ code: Code, _ message: String, statement: String? = nil) {
        self.init(code, state: nil, message: message, detail: nil, constraint: nil, statement: statement)
    }

    init(
        _ code: Code,
        state: SQLState?,
        message: String,
        detail: String?,
        constraint: String?,
        statement: String?
    ) {
        self.code = code
        self.state = state
        self.message = message
        self.detail = detail
        self.constraint = constraint
        self.statement = statement
    }

    /// Whether the connection is gone and a new one is needed.
    package var isConnectionLost: Bool {
        [.connectionLost, .timeout, .unknownCommit].contains(self.code) || self.state?.endsConnection == true
    }

    /// Whether the same transaction may succeed when it is repeated as it is: a deadlock or a conflict.
    package var isRetryable: Bool {
        self.code == .server && (self.state == .serializationFailure || self.state == .deadlockDetected)
    }

    /// Whether this is an outage (lost, late, starting up, full, out of connections), not a fault of the statement.
    package var isTransient: Bool {
        self.isConnectionLost || self.isRetryable || self.code == .busy || self.state?.isOutage == true
    }

    /// Whether a row with this key is there already.
    package var isUniqueViolation: Bool { self.state == .uniqueViolation }

    /// Whether the server refuses the values themselves (classes 22 and 23): nobody is away, and to repeat is no use.
    package var isDataFault: Bool { self.code == .server && self.state?.isDataFault == true }

    package var description: String {
        let state = self.state.map { " \($0.code)" } ?? ""
        let constraint = self.constraint.map { " (\($0))" } ?? ""
        // The server's message may quote a value of a row; our own never does.
        return "postgres \(self.code)\(state)\(constraint)" + (self.code == .server ? "" : ": \(self.message)")
    }

    package var debugDescription: String {
        let more = [self.detail, self.statement.map { "in: \($0)" }].compactMap(\.self)
        return (["\(self.description): \(self.message)"] + more).joined(separator: "\n")
    }
}
