import Crypto
import HTTPServer

/// One file of the dashboard, read once and served from memory.
struct WebFile: Sendable {
    /// What it is, by the end of its name.
    let contentType: StaticString
    /// Made of the content; weak, since it is served plain and compressed.
    let etag: String
    private let content: SharedBytes
    private let current: PreparedResponse
    private let lasting: PreparedResponse

    /// A file of this type and content.
    ///
    /// Pages are shown under `policy`.
    init(contentType: StaticString, content: [UInt8], policy: String = WebSecurity.contentSecurityPolicy) {
        self.contentType = contentType
        self.etag = "W/\"\(Hex.encode(BLAKE2b.hash(content, length: 16)))\""
        self.content = SharedBytes(content)
        let (etag, shared) = (self.etag, self.content)
        func prepare(caching: String) -> PreparedResponse {
            let headers = [(name: "ETag", value: etag), (name: "Cache-Control", value: caching)]
            return PreparedResponse(
                HTTPResponse(
                    status: 200,
                    contentType: contentType,
                    headers: headers + WebSecurity.headers(policy),
                    body: .shared(shared)
                )
            )
        }
        self.current = prepare(caching: "no-cache")
        self.lasting = prepare(caching: "public, max-age=31536000, immutable")
    }

    /// The content as text.
    var text: String { String(decoding: self.content.bytes, as: UTF8.self) }

    /// The file, or 304 where the client has it already.
    ///
    /// Below an address that names its version it never changes; otherwise it is asked for anew each time.
    func response(to request: HTTPRequest, isVersioned: Bool = false) -> HTTPResponse {
        let whole = isVersioned ? self.lasting : self.current
        guard let known = request.header("if-none-match"), self.matches(known) else { return whole.response }
        return whole.response.notModified
    }

    /// RFC 9110 §13.1.2: a weak comparison with each of a list.
    private func matches(_ header: String) -> Bool {
        header.split(separator: ",").contains { item in
            var tag = item.drop { $0 == " " }
            while tag.last == " " { tag.removeLast() }
            return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == self.etag.dropFirst(2)
        }
    }

    /// The media type of a file of the dashboard; `nil`: such a file is not served.
    static func contentType(of name: some StringProtocol) -> StaticString? {
        switch name.split(separator: ".", omittingEmptySubsequences: false).last {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "woff2": "font/woff2"
        default: nil
        }
    }
}
