/// Why a loop could not be made or a descriptor not be watched.
package struct EventLoopError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system call that failed.
    package let call: String
    /// Its `errno`.
    package let code: Int32

    /// A failed system call.
    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// One sentence with what to do about the usual cause.
    package var description: String {
        "\(self.call) failed with errno \(self.code); if it is EMFILE (24), raise the limit of open files (ulimit -n)"
    }
}
