/// The head of one HTTP/1.1 request, as much of it as a mock needs.
struct MockRequest: Equatable {
    /// Upper case.
    let method: String
    /// Without the query.
    let path: String
    /// The parameters of the query, not decoded; the last of one name counts.
    let query: [String: String]
    /// Whether the connection may serve another request.
    let keepsAlive: Bool
    /// Bytes of body that follow.
    let bodyLength: Int
    /// Bytes of the head itself.
    let headLength: Int

    /// The longest head, in bytes.
    static let limit = 16_384

    /// The target that a path names, `""` for none, and the rest of the path: `/t/shop/x` is `shop` and `/x`.
    var target: (name: String, rest: String) {
        guard self.path.hasPrefix("/t/") else { return ("", self.path) }
        let name = self.path.dropFirst(3).prefix { $0 != "/" }
        let rest = self.path.dropFirst(3 + name.count)
        return (String(name), rest.isEmpty ? "/" : String(rest))
    }

    /// The first request in `bytes`: nil while its head is incomplete; throws when it is none.
    static func parse(_ bytes: [UInt8]) throws(MockProblem) -> MockRequest? {
        guard let end = self.endOfHead(bytes) else {
            if bytes.count > self.limit { throw MockProblem("the head is longer than \(self.limit) bytes") }
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let parts = (lines.first ?? "").split(separator: " ")
        guard parts.count == 3, parts[1].hasPrefix("/"), parts[2].hasPrefix("HTTP/1.") else {
            throw MockProblem("expected a request line as GET / HTTP/1.1")
        }
        var keepsAlive = parts[2] == "HTTP/1.1"
        var bodyLength = 0
        for line in lines.dropFirst() {
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2 else { continue }
            let value = field[1].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            switch field[0].lowercased() {
            case "connection": keepsAlive = value.lowercased() != "close" && keepsAlive
            case "content-length":
                guard let length = Int(value), (0...(1 << 24)).contains(length) else {
                    throw MockProblem("Content-Length: expected at most 16 MiB, found \"\(value)\"")
                }
                bodyLength = length
            // The end of a chunked body is not looked for: the answer is the connection's last.
            case "transfer-encoding": keepsAlive = false
            default: break
            }
        }
        let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return MockRequest(
            method: String(parts[0]),
            path: String(target[0]),
            query: target.count > 1 ? self.parameters(target[1]) : [:],
            keepsAlive: keepsAlive,
            bodyLength: bodyLength,
            headLength: end
        )
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 3..<min(bytes.count, self.limit) where bytes[index] == 10 && bytes[index - 2] == 10 {
            if bytes[index - 1] == 13 && bytes[index - 3] == 13 { return index + 1 }
        }
        return nil
    }

    private static func parameters(_ query: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        return parameters
    }
}
