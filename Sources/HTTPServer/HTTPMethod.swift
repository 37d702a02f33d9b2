/// The methods that are known (RFC 9110 §9, RFC 5789); every other one is answered 501.
package enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// GET with a body (draft-ietf-httpbis-safe-method-w-body); no route has it.
    case query = "QUERY"
    /// No route has it: it would show a script what the browser sent (RFC 9110 §9.3.8).
    case trace = "TRACE"
}
