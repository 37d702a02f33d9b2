/// Why a program ended, after BSD's `sysexits.h`.
package enum ExitCode {
    /// The command line is wrong.
    package static let usage: Int32 = 64
    /// Something that the program needs can't be had: a port, a server, a file.
    package static let unavailable: Int32 = 69
    /// A fault of the program, or it could not stop in time.
    package static let software: Int32 = 70
    /// The settings are wrong.
    package static let configuration: Int32 = 78
}
