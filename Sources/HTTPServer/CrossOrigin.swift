/// Whose pages may read the answers (CORS, WHATWG Fetch §3.3).
///
/// Cookies never go along: no answer says `Access-Control-Allow-Credentials`. Pages elsewhere send a key of their own.
package struct CrossOrigin: Sendable {
    private static let requestFields =
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id"
    private static let answerFields =
        "Apus-Stale, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"

    private let origins: Set<String>
    private let isAny: Bool

    /// Allows these origins, such as `https://status.example.com`; `*` allows all.
    package init(_ origins: [String]) {
        self.isAny = origins.contains("*")
        self.origins = Set(origins.map { $0.lowercased() })
    }

    /// Adds what lets the page that sent this request read its answer; nothing where it may not.
    ///
    /// `origin` is the one that it names. Of what a cache may keep all are told that it differs by origin.
    func apply(_ method: HTTPMethod?, _ headers: HTTPHeaders, origin: String?, to response: inout HTTPResponse) {
        guard self.isAny || !self.origins.isEmpty, origin != nil || !self.isAny else { return }
        if !self.isAny, origin != nil || Self.mayBeKept(response) { response.headers.append(("Vary", "Origin")) }
        guard let origin else { return }
        guard self.isAny || self.origins.contains(origin.lowercased()) else { return }
        response.headers.append(("Access-Control-Allow-Origin", self.isAny ? "*" : origin))
        if method == .options, headers["access-control-request-method"] != nil {
            let methods = response.headers.first { $0.name == "Allow" }?.value ?? ""
            response.headers.append(("Access-Control-Allow-Methods", methods))
            response.headers.append(("Access-Control-Allow-Headers", Self.requestFields))
            response.headers.append(("Access-Control-Max-Age", "600"))
        } else {
            response.headers.append(("Access-Control-Expose-Headers", Self.answerFields))
        }
    }

    private static func mayBeKept(_ response: HTTPResponse) -> Bool {
        !response.headers.contains { $0.name == "Cache-Control" && $0.value == "no-store" }
    }
}
