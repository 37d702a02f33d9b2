import CMicrohttpd
import Glibc

/// What libmicrohttpd lets through although RFC 9112 forbids it: every request is held to this before it is routed.
@safe struct RequestRules {
    /// Why a request is refused; the connection is closed, since its framing cannot be trusted.
    struct Refusal {
        let status: Int
        let detail: String
    }

    private(set) var headers = HTTPHeaders()
    /// Which of the fields came that change how an answer is sent.
    private(set) var noted: NotedFields = []
    private(set) var contentLength = 0
    /// Whether a body follows the head.
    var hasBody: Bool { self.contentLength > 0 || self.encodings > 0 }
    private var refusal: Refusal?
    private var hosts = 0
    private var lengths = 0
    private var encodings = 0

    /// Judges the whole head of a request.
    ///
    /// - Parameters:
    ///   - exchange: the request, which knows its target as written.
    ///   - version: where libmicrohttpd keeps the version, behind the target in one buffer.
    mutating func judge(
        _ connection: OpaquePointer,
        _ exchange: Exchange,
        method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> Refusal? {
        if let refusal = unsafe Self.judgeLine(exchange, method: method, version: version) { return refusal }
        self.headers.reserve(512)
        unsafe withUnsafeMutablePointer(to: &self) { rules in
            _ = unsafe MHD_get_connection_values_n(connection, .HEADER_KIND, onHeader, rules)
        }
        if let refusal { return refusal }
        if self.hosts > 1 { return Refusal(status: 400, detail: "The request has more than one Host.") }
        if self.hosts == 0, unsafe strcmp(version, "HTTP/1.1") == 0 {
            return Refusal(status: 400, detail: "The request has no Host.")
        }
        if self.lengths > 1 { return Refusal(status: 400, detail: "The request has more than one Content-Length.") }
        if self.encodings > 1 {
            return Refusal(status: 400, detail: "The request has more than one Transfer-Encoding.")
        }
        if self.lengths + self.encodings > 1 {
            return Refusal(status: 400, detail: "The request has both Content-Length and Transfer-Encoding.")
        }
        return nil
    }

    private static func judgeLine(
        _ exchange: Exchange,
        method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> Refusal? {
        guard unsafe strcmp(version, "HTTP/1.1") == 0 || strcmp(version, "HTTP/1.0") == 0 else {
            return Refusal(status: 505, detail: "This server speaks HTTP/1.1.")
        }
        // A line end of LF alone leaves one NUL behind the version where CR LF leaves two.
        guard unsafe version[strlen(version) + 1] == 0 else {
            return Refusal(status: 400, detail: "The request line does not end with CR LF.")
        }
        // The version follows the target after one byte; if not, a NUL or further spaces stand between.
        guard UInt(bitPattern: version) == exchange.expectedVersionAddress else {
            return Refusal(status: 400, detail: "The request line holds a NUL or a superfluous space.")
        }
        if let detail = RequestTarget.fault(exchange.request.target) { return Refusal(status: 400, detail: detail) }
        if exchange.method != nil { return nil }
        let name = unsafe String(cString: method)
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
            return Refusal(status: 400, detail: "The method is not a token.")
        }
        return Refusal(status: 501, detail: "This server does not know the method.")
    }

    /// Takes one header field as it lies in the buffer of the connection; false ends the iteration.
    mutating func take(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        if let detail = unsafe Self.fault(name: name, value: value) {
            self.refusal = Refusal(status: 400, detail: detail)
            return false
        }
        unsafe self.headers.append(name: name, value: value)
        switch name.count {
        case 4 where unsafe Self.equals(name, "host"): self.hosts += 1
        case 6 where unsafe Self.equals(name, "accept"): self.noted.insert(.accept)
        case 6 where unsafe Self.equals(name, "origin"): self.noted.insert(.origin)
        case 12 where unsafe Self.equals(name, "x-request-id"): self.noted.insert(.requestID)
        case 15 where unsafe Self.equals(name, "accept-encoding"): self.noted.insert(.acceptEncoding)
        case 14 where unsafe Self.equals(name, "content-length"):
            self.lengths += 1
            unsafe self.takeLength(value)
        case 17 where unsafe Self.equals(name, "transfer-encoding"):
            self.encodings += 1
            if unsafe !Self.equals(value, "chunked") {
                self.refusal = Refusal(status: 501, detail: "The only Transfer-Encoding taken is chunked.")
            }
        case 6 where unsafe Self.equals(name, "expect"):
            if unsafe !Self.equals(value, "100-continue") {
                self.refusal = Refusal(status: 417, detail: "The only expectation met is 100-continue.")
            }
        default: break
        }
        return self.refusal == nil
    }

    private mutating func takeLength(_ value: UnsafeRawBufferPointer) {
        var length = 0
        for index in value.indices {
            let byte = unsafe value[index]
            guard (0x30...0x39).contains(byte), length < 1 << 50 else {
                self.refusal = Refusal(status: 400, detail: "Content-Length is not a number.")
                return
            }
            length = length * 10 + Int(byte - 0x30)
        }
        self.contentLength = length
    }

    private static func fault(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> String? {
        guard unsafe !name.isEmpty, unsafe name.allSatisfy(Self.isTokenByte) else {
            return "The name of a header field is not a token."
        }
        for index in value.indices {
            let byte = unsafe value[index]
            guard byte >= 0x20 || byte == 0x09, byte != 0x7F else {
                return "A header field holds a control character."
            }
        }
        guard let nameStart = name.baseAddress, let valueStart = value.baseAddress else { return nil }
        // A folded line was moved elsewhere by libmicrohttpd: then the value does not follow its name.
        let gap = UInt(bitPattern: valueStart) &- UInt(bitPattern: nameStart) &- UInt(name.count)
        guard gap >= 1, gap < 32_768 else { return "A header field is folded over two lines." }
        // As in the request line: LF alone leaves one NUL, CR LF two.
        let end = unsafe valueStart.assumingMemoryBound(to: UInt8.self) + value.count
        guard unsafe end[0] != 0 || end[1] == 0 else {
            return "A header field does not end with CR LF or holds a NUL."
        }
        return nil
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    private static func equals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in bytes.indices {
            let byte = unsafe bytes[index]
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            guard unsafe lower == text.utf8Start[index] else { return false }
        }
        return true
    }
}

/// Header fields that make an answer one for its client: known without looking for them again.
struct NotedFields: OptionSet {
    let rawValue: UInt8

    static let accept = Self(rawValue: 1)
    static let origin = Self(rawValue: 2)
    static let requestID = Self(rawValue: 4)
    static let acceptEncoding = Self(rawValue: 8)
}

/// Called by libmicrohttpd for each header field, on the loop of the connection.
private func onHeader(
    _ context: UnsafeMutableRawPointer?,
    _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?,
    _ nameSize: Int,
    _ value: UnsafePointer<CChar>?,
    _ valueSize: Int
) -> MHD_Result {
    guard let context = unsafe context else { return MHD_Result.NO }
    let rules = unsafe context.assumingMemoryBound(to: RequestRules.self)
    let goesOn = unsafe rules.pointee.take(
        name: UnsafeRawBufferPointer(start: name, count: nameSize),
        value: UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize)
    )
    return goesOn ? MHD_Result.YES : MHD_Result.NO
}
