/// Why a private server could not be started or stopped, in one sentence that says what to do.
package struct PrivateServerError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
