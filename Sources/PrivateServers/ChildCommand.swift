import Glibc

/// What to start, and how.
package struct ChildCommand: Sendable {
    /// Where one of the child's output streams goes.
    package enum Stream: Sendable, Equatable {
        /// To this process's stream of the same name.
        case inherited
        /// Nowhere.
        case discarded
        /// Into a pipe that the parent reads.
        case pipe
        /// To the end of this file, which is made if it is missing.
        case file(String)
    }

    /// The program's absolute path.
    package var path: String
    /// The arguments after the program's name.
    package var arguments: [String]
    /// The child's whole environment; nil gives it the parent's.
    package var environment: [String: String]?
    /// The folder in which it starts; nil for the parent's.
    package var directory: String?
    /// Its standard output.
    package var output: Stream = .inherited
    /// Its standard error.
    package var error: Stream = .inherited
    /// Whether it leads a process group of its own, which a terminal's Ctrl-C does not reach.
    package var ownGroup = false
    /// The signal that the kernel sends to it when this process dies, however it dies; nil for none.
    package var deathSignal: Int32? = SIGKILL
    /// The user that it becomes, which needs root; nil for the parent's.
    package var user: SystemUser?

    /// A command with the parent's environment, user and streams.
    package init(_ path: String, _ arguments: [String] = []) {
        self.path = path
        self.arguments = arguments
    }
}
