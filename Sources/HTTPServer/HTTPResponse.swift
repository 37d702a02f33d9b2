/// What a handler answers.
package struct HTTPResponse: Sendable {
    /// The content of an answer.
    package enum Body: Sendable {
        /// No content.
        case empty
        /// Content made for this answer alone.
        case bytes([UInt8])
        /// Content kept by someone else and served without a copy.
        case shared(SharedBytes)
        /// Server-Sent Events, until one of the two sides ends them.
        case events(EventStream)
    }

    /// The status code, 200 to 599.
    package var status: Int { didSet { self.prepared = nil } }
    /// The value of `Content-Type`; nil for answers without content.
    package var contentType: StaticString? { didSet { self.prepared = nil } }
    /// Further header fields; names and values must not hold line ends (such a field is left out).
    package var headers: [(name: String, value: String)] { didSet { self.prepared = nil } }
    /// The content.
    package var body: Body { didSet { self.prepared = nil } }
    /// Whether the connection is closed after this answer.
    package var closes = false
    /// The same, ready to be sent; nil where it is made for this client alone.
    var prepared: PreparedResponse?

    /// Whether it is made once for many clients: then it says nothing of the one who asked.
    package var isPrepared: Bool { self.prepared != nil }

    /// Makes an answer of any kind.
    package init(
        status: Int,
        contentType: StaticString? = nil,
        headers: [(name: String, value: String)] = [],
        body: Body = .empty
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// An answer in JSON.
    package static func json(
        _ bytes: [UInt8],
        status: Int = 200,
        headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", headers: headers, body: .bytes(bytes))
    }

    /// An answer in JSON that was rendered before and serves many.
    package static func json(_ bytes: SharedBytes, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: .shared(bytes))
    }

    /// An answer in plain text.
    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: .bytes([UInt8](text.utf8)))
    }

    /// 204 without content.
    package static var noContent: HTTPResponse { HTTPResponse(status: 204) }

    /// Events for as long as the client stays.
    package static func events(_ stream: EventStream) -> HTTPResponse {
        let headers = [(name: "Cache-Control", value: "no-store"), (name: "X-Accel-Buffering", value: "no")]
        var response = HTTPResponse(
            status: 200,
            contentType: "text/event-stream",
            headers: headers,
            body: .events(stream)
        )
        response.closes = true
        return response
    }
}
