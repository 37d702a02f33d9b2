/// What one exchange sends, and where to.
final class Hop: Sendable {
    let url: WebURL
    let method: String
    let headers: [HTTPHeader]
    let body: [UInt8]?
    /// Whether this is a mere GET, which needs nothing of libcurl but the URL.
    let isPlain: Bool

    /// The first hop; `nil` if the URL is none or a header line would not be one.
    convenience init?(_ request: HTTPRequest) {
        guard let url = WebURL(request.url), request.headers.allSatisfy(\.isValid), Hop.isToken(request.method) else {
            return nil
        }
        self.init(url: url, method: request.method, headers: request.headers, body: request.body)
    }

    private init(url: WebURL, method: String, headers: [HTTPHeader], body: [UInt8]?) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.isPlain = method == "GET" && headers.isEmpty && body == nil
    }

    /// The next hop after an answer with a `Location` (RFC 9110, section 15.4).
    ///
    /// Headers and bodies of a request may hold secrets, so another origin gets neither (RFC 6454).
    func following(_ target: String, status: Int) -> Result<Hop, HTTPFailure.Kind> {
        guard let next = WebURL(target) else { return .failure(.invalidRedirect) }
        let isSame = next.hasSameOrigin(as: self.url)
        let becomesGet =
            status == 303 && self.method != "HEAD" || (status == 301 || status == 302) && self.method == "POST"
        let method = becomesGet ? "GET" : self.method
        let body = becomesGet ? nil : self.body
        if body != nil, !isSame { return .failure(.bodyRedirect) }
        let headers = self.headers.filter { header in
            let name = header.name.lowercased()
            if name == "host" { return false }
            if becomesGet, name.hasPrefix("content-") { return false }
            return isSame || Hop.harmless.contains(name)
        }
        return .success(Hop(url: next, method: method, headers: headers, body: body))
    }

    /// Letters, digits and the signs of RFC 9110, section 5.6.2.
    fileprivate static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || $0 >= 0x30 && $0 <= 0x39
                    || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
    }

    private static let harmless: Set<String> = ["accept", "accept-language", "user-agent"]
}

extension HTTPHeader {
    /// Nothing in it ends the line early.
    fileprivate var isValid: Bool {
        Hop.isToken(self.name) && !self.value.utf8.contains { $0 == 0x0d || $0 == 0x0a || $0 == 0 }
    }
}

extension HTTPFailure.Kind: Error {}
