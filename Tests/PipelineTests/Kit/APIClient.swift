import Glibc
import JSON
import Service
import Testing

/// An HTTP client of one request a connection, for the gateway's API and the processes' metrics.
struct APIClient {
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: self.body, as: UTF8.self) }
        /// The body as JSON; null when it is none.
        var json: JSONValue { (try? JSONParser.parse(self.body, size: 16 << 20)) ?? .null }
    }

    private let address: HostAndPort
    private let key: String?

    init(_ address: HostAndPort, key: String? = nil) {
        self.address = address
        self.key = key
    }

    /// Asks; nil when there is no whole answer in 5 s.
    func request(_ method: String, _ path: String, _ body: String? = nil) -> Answer? {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(self.address)\r\nConnection: close\r\n"
        if let key = self.key { head += "Authorization: Bearer \(key)\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        guard let bytes = self.exchange(head + "\r\n" + (body ?? "")) else { return nil }
        return Self.parse(bytes)
    }

    func get(_ path: String) -> Answer? { self.request("GET", path) }

    /// Asks for what must succeed, with `status`.
    func expect(
        _ status: Int,
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        let answer = try #require(self.request(method, path, body), sourceLocation: location)
        #expect(answer.status == status, "\(method) \(path): \(answer.text)", sourceLocation: location)
        return answer.json
    }

    private func exchange(_ text: String) -> [UInt8]? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = self.address.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { return nil }
        let bytes = Array(text.utf8)
        guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return nil }
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { return received }
            guard count > 0 else { return nil }
            received += chunk[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Answer? {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return Answer(status: status, headers: headers, body: Array(bytes[(end + 4)...]))
    }
}

/// Short ways into an answer.
extension JSONValue {
    subscript(path: String...) -> JSONValue {
        path.reduce(self) { value, name in
            if case .object(let object) = value { object[name] ?? .null } else { .null }
        }
    }

    var items: [JSONValue] {
        if case .array(let items) = self { items } else { [] }
    }

    var members: [JSONObject.Member] {
        if case .object(let object) = self { object.members } else { [] }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }

    /// The Unix milliseconds of an RFC 3339 time in UTC with milliseconds.
    var time: Int64? {
        guard let text = self.string, text.hasSuffix("Z") else { return nil }
        let numbers = text.dropLast().split { !$0.isNumber }.compactMap { Int32($0) }
        guard numbers.count == 7 else { return nil }
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1_900, numbers[1] - 1, numbers[2])
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        return unsafe Int64(timegm(&parts)) * 1_000 + Int64(numbers[6])
    }
}
