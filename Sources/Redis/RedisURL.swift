/// Where a Redis server is and how to enter it.
///
/// `redis://[user][:password@]host[:port][/database]` or `unix://[user:password@]/path[?db=database]`, with
/// percent-encoded parts. TLS (`rediss://`) is not in hiredis 0.14.
package struct RedisURL: Sendable, Equatable, CustomStringConvertible {
    enum Place: Sendable, Equatable {
        case host(String, port: Int32)
        case socket(String)
    }

    let place: Place
    let user: String?
    let password: String?
    let database: Int

    /// Reads a URL; throws `RedisError.Code.configuration` that says what is wrong, without the password.
    package init(_ text: String) throws(RedisError) {
        guard let scheme = text.firstRange(of: "://") else { throw Self.wrong("it has no scheme") }
        var rest = text[scheme.upperBound...]
        var user: String?
        var password: String?
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = parts[0].isEmpty ? nil : try Self.decoded(parts[0])
            password = parts.count > 1 ? try Self.decoded(parts[1]) : nil
            rest = rest[rest.index(after: at)...]
        }
        self.user = user
        self.password = password
        switch text[..<scheme.lowerBound] {
        case "redis":
            let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            self.place = try Self.host(parts[0])
            self.database = try Self.database(parts.count > 1 ? parts[1] : "")
        case "unix":
            let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].hasPrefix("/") else { throw Self.wrong("the path of the socket must begin with /") }
            self.place = .socket(try Self.decoded(parts[0]))
            guard parts.count < 2 || parts[1].hasPrefix("db=") else {
                throw Self.wrong("only ?db= may follow the path")
            }
            self.database = try Self.database(parts.count > 1 ? parts[1].dropFirst(3) : "")
        default: throw Self.wrong("the scheme must be redis or unix")
        }
    }

    /// The place and the database, without user and password.
    package var description: String {
        switch self.place {
        case .host(let name, let port): "redis://\(name):\(port)/\(self.database)"
        case .socket(let path): "unix://\(path)?db=\(self.database)"
        }
    }

    private static func host(_ text: Substring) throws(RedisError) -> Place {
        var name = text
        var port: Int32 = 6379
        // The colons inside of an IPv6 address in brackets do not count.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            guard let number = Int32(text[text.index(after: colon)...]), (1...65_535).contains(number) else {
                throw self.wrong("the port must be 1 … 65535")
            }
            port = number
            name = text[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty else { throw self.wrong("it has no host") }
        return .host(try self.decoded(name), port: port)
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        if text.isEmpty { return 0 }
        guard let number = Int(text), number >= 0 else { throw self.wrong("the database must be a number from 0") }
        return number
    }

    private static func decoded(_ text: Substring) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { throw self.wrong("% must be followed by two hexadecimal digits") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func wrong(_ what: String) -> RedisError {
        RedisError(.configuration, "a Redis URL is wrong: \(what)")
    }
}
