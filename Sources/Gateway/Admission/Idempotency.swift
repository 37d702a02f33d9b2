import Crypto
import HTTPServer
import Service

/// Lets a POST be repeated: one that names itself by `Idempotency-Key` is carried out once within 24 hours, and each
/// repetition gets the first one's answer.
///
/// An answer that asks to come back later (`Retry-After`) is forgotten, for then nothing was done. Sign-in is left out:
/// its answer opens the door, and what opens it must not be had twice.
struct Idempotency: Sendable {
    private let store: IdempotencyStore
    private let fingerprintKey: [UInt8]
    private let answers: Answers

    /// Remembers in `store`; what was asked is told apart by fingerprints under a key derived from `key`.
    init(_ store: IdempotencyStore, answers: Answers, key: SecretKey) {
        self.store = store
        self.answers = answers
        self.fingerprintKey = key.derived(for: "idempotency")
    }

    /// The route, whose POSTs may be repeated unless they sign in.
    func wrapping(_ route: Route) -> Route {
        guard route.method == .post, "\(route.template)" != "/api/v1/sessions" else { return route }
        return route.wrapped { request, handler in
            let keys = request.headers.all("idempotency-key")
            guard let key = keys.first, request.caller.kind != .anonymous else { return handler(request) }
            guard keys.count == 1, Self.isValid(key) else {
                return .problem(400, "Idempotency-Key must be given once, as 1 to 200 printable ASCII characters.")
            }
            return self.answers.answer(request) { try self.carryOut(request, key, handler) }
        }
    }

    private static func isValid(_ key: String) -> Bool {
        (1...200).contains(key.utf8.count) && key.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private func carryOut(_ request: HTTPRequest, _ key: String, _ handler: Route.Handler) throws -> HTTPResponse {
        let name = IdempotencyStore.Name(caller: Self.owner(request.caller), key: key)
        switch try self.store.begin(name, fingerprint: self.fingerprint(request)) {
        case .begun: break
        case .differs:
            return .problem(422, "This Idempotency-Key was used for another request; take a new one.")
        case .underWay:
            let detail = "A request with this Idempotency-Key is under way; ask again for its answer."
            return .problem(409, detail, headers: [("Retry-After", "1")])
        case .brokeOff:
            return .problem(
                409,
                "The request with this Idempotency-Key broke off, and what it asked for may be done: look first."
            )
        case .full(let wait):
            return .problem(
                429,
                "At most \(IdempotencyStore.mostPerCaller) requests with an Idempotency-Key are kept for 24 hours.",
                headers: [("Retry-After", "\(wait)")]
            )
        case .answered(var response):
            response.headers.append(("Idempotency-Replayed", "true"))
            return response
        }
        let response = handler(request)
        if response.headers.contains(where: { $0.name == "Retry-After" }) {
            try self.store.forget(name)
        } else {
            self.store.keep(response, for: name, of: request)
        }
        return response
    }

    private static func owner(_ caller: Caller) -> String { "\(caller.kind.rawValue)/\(caller.id ?? 0)" }

    private func fingerprint(_ request: HTTPRequest) -> [UInt8] {
        let head = Array("\(request.method.rawValue) \(request.target)\n".utf8)
        return BLAKE2b.hash(head + request.body, key: self.fingerprintKey)
    }
}
