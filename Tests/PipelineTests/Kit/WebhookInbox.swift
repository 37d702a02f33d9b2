import Crypto
import JSON
import Service
import Synchronization
import TestServers

/// A receiver of webhooks that keeps every request and verifies its signature (Standard Webhooks).
final class WebhookInbox: Sendable {
    /// A notification as it arrived.
    struct Notice: Sendable {
        /// Milliseconds of the monotonic clock.
        let at: Int64
        let id: String
        let body: JSONValue
        let isSigned: Bool

        var type: String { self.body["type"].string ?? "" }
        var incident: String { self.body["data", "incident", "id"].string ?? "" }
    }

    private let arrivals: Arrivals
    private let server: ScriptedTarget

    init() {
        let arrivals = Arrivals()
        self.arrivals = arrivals
        self.server = ScriptedTarget { request in
            arrivals.take(request)
            return ScriptedTarget.answer(200)
        }
    }

    deinit {
        self.server.stop()
    }

    var url: String { self.server.url("/hook") }

    /// The signing secret (`whsec_…`) by which what arrives from now on is verified.
    func trust(_ secret: String) { self.arrivals.trust(secret) }

    /// Everything that arrived, in order.
    var notices: [Notice] { self.arrivals.all }

    /// The notices of a type, each webhook-id once.
    func distinct(_ type: String) -> [Notice] {
        var seen: Set<String> = []
        return self.notices.filter { $0.type == type && seen.insert($0.id).inserted }
    }
}

private final class Arrivals: Sendable {
    private struct State {
        var key: [UInt8] = []
        var notices: [WebhookInbox.Notice] = []
    }

    private let state = Mutex(State())

    var all: [WebhookInbox.Notice] { self.state.withLock { $0.notices } }

    func trust(_ secret: String) {
        let key = Base64.decode(String(secret.dropFirst("whsec_".count))) ?? []
        self.state.withLock { $0.key = key }
    }

    func take(_ request: ScriptedRequest) {
        let at = MonotonicClock.millis
        let id = Self.header("webhook-id", request) ?? ""
        let signed = "\(id).\(Self.header("webhook-timestamp", request) ?? "").\(request.body)"
        let body = (try? JSONParser.parse(Array(request.body.utf8))) ?? .null
        self.state.withLock { state in
            let code = "v1," + Base64.encode(HMACSHA256.code(of: Array(signed.utf8), key: state.key))
            let signatures = Self.header("webhook-signature", request)?.split(separator: " ").map(String.init) ?? []
            let notice = WebhookInbox.Notice(at: at, id: id, body: body, isSigned: signatures.contains(code))
            state.notices.append(notice)
        }
    }

    private static func header(_ name: String, _ request: ScriptedRequest) -> String? {
        let line = request.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
        return line.map { String($0.dropFirst(name.utf8.count + 1).drop { $0 == " " }) }
    }
}
