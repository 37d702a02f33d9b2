/// A request that is taken apart and judged once and can be sent again and again; immutable, safe to share.
package final class PreparedRequest: Sendable {
    let request: HTTPRequest
    /// Where it begins; `nil` if the URL is none or a header line would not be one.
    let hop: Hop?

    /// Prepares `request`; what is wrong with it shows as ``HTTPFailure/Kind/invalidRequest`` when it is sent.
    package init(_ request: HTTPRequest) {
        self.request = request
        self.hop = Hop(request)
    }
}
