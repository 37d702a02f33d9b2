/// A Lua script, run on the server as one step.
package struct RedisScript: Sendable, Hashable {
    /// The script's text.
    package let source: String

    /// A script by its text.
    package init(_ source: String) {
        self.source = source
    }

    /// What one run of a script is given.
    package struct Call: Sendable {
        /// Its KEYS.
        package let keys: [RedisArgument]
        /// Its ARGV.
        package let arguments: [RedisArgument]

        /// A call with these keys and arguments.
        package init(keys: [RedisArgument], arguments: [RedisArgument] = []) {
            self.keys = keys
            self.arguments = arguments
        }
    }
}
