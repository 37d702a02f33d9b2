/// Why a server could not be started.
package enum HTTPServerError: Error, Equatable, CustomStringConvertible {
    /// The text is not `address:port`.
    case badAddress(String)
    /// Another process listens on this address and port.
    case portInUse(ListenAddress)
    /// The system refused; `code` is its errno.
    case system(step: String, ListenAddress, code: Int32)
    /// libmicrohttpd did not start; it has no reason to tell.
    case notStarted(ListenAddress)

    /// One sentence that says what to do.
    package var description: String {
        switch self {
        case .badAddress(let text):
            "\"\(text)\" is not an address to listen on: write an IP address and a port, such as 127.0.0.1:8080."
        case .portInUse(let address):
            "Another process listens on \(address) already: stop it or choose another port."
        case .system(let step, let address, let code):
            "Cannot \(step) \(address) (errno \(code)): choose another address or port."
        case .notStarted(let address):
            "The HTTP server on \(address) could not be started: is the limit of open files (ulimit -n) too low?"
        }
    }
}
