/// The bytes of one HTTP/1.1 response.
enum MockResponse {
    /// A response with a body of one content type.
    static func bytes(_ status: Int, _ type: String, _ body: [UInt8], keepsAlive: Bool, isHead: Bool = false) -> [UInt8]
    {
        let hasBody = status != 204 && status != 304
        let head = """
            HTTP/1.1 \(status) \(Self.phrase(status))\r
            Content-Type: \(type)\r
            Cache-Control: no-store\r
            \(hasBody ? "Content-Length: \(body.count)\r\n" : "")Connection: \(keepsAlive ? "keep-alive" : "close")\r
            \r

            """
        return Array(head.utf8) + (isHead || !hasBody ? [] : body)
    }

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
