import EventLoop
import HTTPClient
import JSON
import Networking
import Service
import Synchronization

/// Speaks to the REST API, one call at a time.
///
/// For one thread; the loop beneath has its own.
final class GatewayClient {
    /// An answer of the 2xx kind.
    struct Answer {
        /// As it was sent.
        let bytes: [UInt8]
        /// What it says.
        let document: JSONValue
    }

    private static let bodyLimit = 32 << 20
    private static let timeout: Int64 = 10_000_000

    private let access: GatewayAccess
    private let loop: EventLoop
    private let http: LoopHTTP

    /// Starts the loop; nothing is sent yet.
    init(_ access: GatewayAccess) throws(VerbError) {
        self.access = access
        do {
            self.loop = try EventLoop(name: "gateway")
            let resolver = try Resolver(on: self.loop)
            self.http = LoopHTTP(client: try HTTPClient(on: self.loop, resolver: resolver), resolver: resolver)
            try self.loop.start()
        } catch {
            throw VerbError("no connection can be made: \(error)", code: ExitCode.software)
        }
    }

    deinit {
        self.loop.stop()
    }

    /// Reads `path`, which begins with `/api/v1`.
    func get(_ path: String) throws(VerbError) -> Answer {
        try self.call("GET", path, nil)
    }

    /// Sends a document to `path`.
    func post(_ path: String, _ body: [UInt8]) throws(VerbError) -> Answer {
        try self.call("POST", path, body)
    }

    /// All items of a list, page by page.
    ///
    /// - Parameter path: the list's path without a query.
    func all(_ path: String) throws(VerbError) -> [JSONObject] {
        var items: [JSONObject] = []
        var cursor: String?
        repeat {
            let query = "?limit=1000" + (cursor.map { "&cursor=\($0)" } ?? "")
            let answer = try self.get(path + query).document
            guard case .object(let page) = answer, case .array(let found)? = page["items"] else {
                throw self.foreign()
            }
            items += found.compactMap { if case .object(let item) = $0 { item } else { nil } }
            cursor = if case .string(let next)? = page["nextCursor"] { next } else { nil }
        } while cursor != nil
        return items
    }

    private func call(_ method: String, _ path: String, _ body: [UInt8]?) throws(VerbError) -> Answer {
        var headers = [
            HTTPHeader("Authorization", "Bearer \(self.access.key.revealed)"), HTTPHeader("Accept", "application/json"),
        ]
        if body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        let request = HTTPRequest(
            method: method,
            url: self.access.url + path,
            headers: headers,
            body: body,
            timeout: Self.timeout,
            maxRedirects: 0,
            bodyLimit: Self.bodyLimit,
            bodyCapture: Self.bodyLimit
        )
        let outcome = try self.send(request)
        if let failure = outcome.failure { throw self.unreachable(failure) }
        let document = try? JSONParser.parse(outcome.body, size: Self.bodyLimit)
        let status = outcome.status ?? 0
        guard (200...299).contains(status) else {
            throw GatewayRefusal(status: status, document: document, url: self.access.url).error
        }
        guard let document else { throw self.foreign() }
        return Answer(bytes: outcome.body, document: document)
    }

    private func send(_ request: HTTPRequest) throws(VerbError) -> HTTPOutcome {
        let box = Mutex<HTTPOutcome?>(nil)
        let done = Wakeup()
        let http = self.http
        self.loop.submit {
            http.client.send(request) { outcome in
                box.withLock { $0 = outcome }
                done.raise()
            }
        }
        done.wait(millis: Self.timeout / 1_000 + 5_000)
        guard let outcome = box.withLock({ $0 }) else {
            throw VerbError("the call did not end in time: this machine is overloaded", code: ExitCode.software)
        }
        return outcome
    }

    private func unreachable(_ failure: HTTPFailure) -> VerbError {
        let why =
            switch failure.kind {
            case .socket(.refused): "the connection was refused"
            case .timeout: "there was no answer in 10 s"
            case .dns: "its name can't be resolved"
            case .certificate: "its certificate does not verify"
            case .invalidRequest: "the address is no valid URL"
            default: "the connection failed (\(failure.phase.rawValue))"
            }
        return VerbError(
            "no gateway answers at \(self.access.url): \(why)",
            hint: "Start it with scripts/up, or name another with --url.",
            code: ExitCode.unavailable
        )
    }

    private func foreign() -> VerbError {
        VerbError(
            "what answers at \(self.access.url) is no gateway of Apus, or one of another version",
            hint: "Name the gateway with --url.",
            code: ExitCode.unavailable
        )
    }
}

/// The HTTP client with its resolver, which both belong to the loop's thread.
///
/// @unchecked: handed to the loop before it starts, and used in its jobs only.
private final class LoopHTTP: @unchecked Sendable {
    let client: HTTPClient
    let resolver: Resolver

    init(client: HTTPClient, resolver: Resolver) {
        self.client = client
        self.resolver = resolver
    }
}
