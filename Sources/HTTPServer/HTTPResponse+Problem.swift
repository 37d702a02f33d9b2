extension HTTPResponse {
    /// An error as problem details (RFC 9457), with the usual phrase of the status as its title.
    ///
    /// - Parameters:
    ///   - status: 400 to 599.
    ///   - detail: one sentence for the client.
    ///   - errors: what is wrong with the document sent, each with an RFC 6901 pointer.
    ///   - headers: further header fields.
    package static func problem(
        _ status: Int,
        _ detail: String,
        errors: [(detail: String, pointer: String)] = [],
        headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        var text = "{\"type\":\"about:blank\",\"title\":\(Self.quoted(Self.phrase(of: status)))"
        text += ",\"status\":\(status),\"detail\":\(Self.quoted(detail))"
        if !errors.isEmpty {
            let list = errors.map { error in
                "{\"detail\":\(Self.quoted(error.detail)),\"pointer\":\(Self.quoted("#" + error.pointer))}"
            }
            text += ",\"errors\":[\(list.joined(separator: ","))]"
        }
        text += "}"
        return HTTPResponse(
            status: status,
            contentType: "application/problem+json",
            headers: headers,
            body: .bytes([UInt8](text.utf8))
        )
    }

    /// The same answer, after which the connection is closed.
    func closing() -> HTTPResponse {
        var response = self
        response.closes = true
        return response
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func phrase(of status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }
}
