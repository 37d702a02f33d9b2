import HTTPServer
import JSON
import Service

/// What stands before the routes of sites: their settings, their rate and the form of their errors.
struct SiteDoor: Sendable {
    private let isOpen: Bool
    private let rate: UserRate

    /// Open where there is a user of HTTP Basic.
    init(isOpen: Bool, settings: SiteSettings) {
        self.isOpen = isOpen
        self.rate = UserRate(limit: settings.rateLimit, window: settings.rateWindow)
    }

    /// The routes, which ``Access`` guards already, behind this door.
    func guarding(_ routes: [Route]) -> [Route] {
        routes.map { route in
            guard self.isOpen else { return route.admitting { _ in .refused(Self.closed) } }
            return route.wrapped { request, handler in
                if let wait = self.rate.count(request.caller, now: MonotonicClock.millis) { return Self.tooMany(wait) }
                return handler(request)
            }.answering(Self.plain)
        }
    }

    /// The answer to who asks for what nobody set up.
    private static let closed = detail(
        "These routes are switched off: set VALID_USERNAME and VALID_PASSWORD for the gateway.",
        status: 404
    )

    private static func tooMany(_ wait: Int64) -> HTTPResponse {
        let seconds = (wait + 999) / 1_000
        return self.detail(
            "Too many requests; try again in \(seconds) s.",
            status: 429,
            headers: [("Retry-After", String(seconds))]
        )
    }

    /// `{"detail":"…"}`.
    static func detail(
        _ text: String,
        status: Int = 200,
        headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("detail", text)
        writer.endObject()
        return .json(writer.bytes, status: status, headers: headers)
    }

    /// Leaves of an RFC 9457 problem what this interface knows: the detail.
    private static func plain(_ response: HTTPResponse) -> HTTPResponse {
        guard response.status >= 400, case .bytes(let bytes) = response.body,
            case .object(let problem)? = try? JSONParser.parse(bytes), problem["type"] != nil,
            case .string(let text)? = problem["detail"]
        else { return response }
        return self.detail(text, status: response.status, headers: response.headers)
    }
}
