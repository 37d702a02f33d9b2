/// A five-character code by which PostgreSQL names an error (its manual, appendix A).
package struct SQLState: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The five characters.
    package let code: String

    /// A state by its code; any text is taken as it is.
    package init(_ code: String) { self.code = code }
    package init(stringLiteral value: String) { self.code = value }

    package var description: String { self.code }

    package static let uniqueViolation: Self = "23505"
    package static let foreignKeyViolation: Self = "23503"
    package static let checkViolation: Self = "23514"
    package static let notNullViolation: Self = "23502"
    package static let serializationFailure: Self = "40001"
    package static let deadlockDetected: Self = "40P01"
    package static let lockNotAvailable: Self = "55P03"
    package static let queryCanceled: Self = "57014"
    package static let adminShutdown: Self = "57P01"
    package static let crashShutdown: Self = "57P02"
    package static let cannotConnectNow: Self = "57P03"
    package static let databaseDropped: Self = "57P04"
    package static let tooManyConnections: Self = "53300"
    package static let diskFull: Self = "53100"
    package static let outOfMemory: Self = "53200"
    package static let readOnlyTransaction: Self = "25006"
    package static let inFailedTransaction: Self = "25P02"
    package static let undefinedTable: Self = "42P01"
    package static let duplicateDatabase: Self = "42P04"

    /// Whether the server closes the connection after this error: class 08, and shutdown in its forms.
    var endsConnection: Bool {
        self.code.hasPrefix("08")
            || [Self.adminShutdown, .crashShutdown, .cannotConnectNow, .databaseDropped, .tooManyConnections]
                .contains(self)
    }

    /// Whether a value does not fit its type or breaks a constraint: classes 22 and 23.
    var isDataFault: Bool { self.code.hasPrefix("22") || self.code.hasPrefix("23") }

    /// Whether the server lacks resources or takes no writes now: classes 53 and 58, and a standby.
    var isOutage: Bool {
        self.code.hasPrefix("53") || self.code.hasPrefix("58") || self == .readOnlyTransaction
    }
}
