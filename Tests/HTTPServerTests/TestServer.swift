import Glibc
import HTTPServer
import Synchronization
import TestServers

/// A server on a port of its own, with routes of every kind.
final class TestServer: Sendable {
    let server: HTTPServer
    let streams = Mutex<[EventStream]>([])
    /// Handlers of `/held` wait until this is true, and who is asked whether it knows `X-Name: first`.
    let isReleased = Atomic<Bool>(false)

    var port: UInt16 { self.server.address.port }

    init(_ change: (inout HTTPServer.Configuration) -> Void = { _ in }) throws {
        var configuration = HTTPServer.Configuration(listen: ListenAddress(host: "127.0.0.1", port: 0))
        change(&configuration)
        let box = Box()
        self.server = try HTTPServer(configuration, router: Self.router(box))
        box.owner.withLock { $0 = Weak(self) }
    }

    /// Finds the test server from its handlers, which are made before it.
    final class Box: Sendable {
        let owner = Mutex<Weak?>(nil)
        var server: TestServer? { self.owner.withLock { $0?.value } }

        func waitUntilReleased() {
            while let server = self.server, !server.isReleased.load(ordering: .relaxed) { usleep(1_000) }
        }
    }

    final class Weak: Sendable {
        weak let value: TestServer?
        init(_ value: TestServer) { self.value = value }
    }

    static func router(_ box: Box = Box()) -> Router {
        let shared = SharedBytes([UInt8](#"{"shared":true}"#.utf8))
        let prepared = PreparedResponse(.json(shared))
        return Router([
            Route(.get, "/") { _ in .text("root") },
            Route(.get, "/hello") { _ in .text("hello") },
            Route(.get, "/shared") { _ in .json(shared) },
            Route(.get, "/prepared") { _ in prepared.response },
            Route(.get, "/prepared/changed") { _ in
                var response = prepared.response
                response.headers.append(("X-Changed", "yes"))
                return response
            },
            // Forgotten as soon as it is given away.
            Route(.get, "/prepared/large") { _ in
                PreparedResponse(.json([UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20))).response
            },
            Route(.get, "/items/{id}") { .text("item \($0.parameter("id") ?? "")") },
            Route(.get, "/items/all") { _ in .text("all") },
            Route(.delete, "/items/{id}") { _ in .noContent },
            Route(.post, "/echo", bodyLimit: 1000) { .json($0.body) },
            Route(.post, "/typed", bodyLimit: 1000, contentTypes: ["application/json"]) { .json($0.body) },
            Route(.post, "/slow", execution: .worker, bodyLimit: 1000) { .json($0.body) },
            Route(.get, "/computed", execution: .compute) { _ in .text("computed") },
            Route(.get, "/held", execution: .worker) { _ in
                box.waitUntilReleased()
                return .text("held")
            },
            Self.guarded(
                Route(.post, "/guarded", bodyLimit: 1000) {
                    .text("for \(Visitor.name(of: $0)) at \($0.client)")
                }
            ),
            Self.guarded(
                Route(.post, "/guarded/slow", execution: .worker, bodyLimit: 1000) {
                    .text("for \(Visitor.name(of: $0))")
                }
            ),
            Self.inquiring(
                box,
                Route(.post, "/asked", bodyLimit: 1000) {
                    .text("\(String(decoding: $0.body, as: UTF8.self)) for \(Visitor.name(of: $0))")
                }
            ),
            Route(.get, "/events") { request in
                let stream = EventStream(bufferLimit: 64 * 1024)
                stream.send(ServerSentEvent(name: "hello", data: [UInt8]((request.header("last-event-id") ?? "").utf8)))
                box.server?.streams.withLock { $0.append(stream) }
                return .events(stream)
            },
        ])
    }

    /// What the doorkeepers tell the handlers.
    private final class Visitor: Sendable {
        let name: String

        init(_ name: String) { self.name = name }

        static func name(of request: HTTPRequest) -> String { (request.context as? Visitor)?.name ?? "nobody" }
    }

    /// Lets in who says who it is in `X-Name`, and takes the word of `X-Local`.
    private static func guarded(_ route: Route) -> Route {
        route.admitting { request in
            request.context = request.header("x-name").map(Visitor.init)
            if request.header("x-local") != nil { request.client = .local }
            return request.context == nil ? .refused(.problem(403, "Say who you are.")) : .admitted
        }
    }

    /// Lets in whom a store knows, which is asked once for each: `X-Name: stranger` is unknown to it, and from
    /// `X-Name: puzzle` nobody gets any wiser.
    private static func inquiring(_ box: Box, _ route: Route) -> Route {
        let known = Mutex<[String: Bool]>([:])
        return route.admitting { request in
            guard let name = request.header("x-name") else { return .refused(.problem(403, "Say who you are.")) }
            request.context = Visitor(name)
            switch known.withLock({ $0[name] }) {
            case true?: return .admitted
            case false?: return .refused(.problem(403, "Nobody knows you."))
            case nil:
                return .undecided {
                    if name == "first" { box.waitUntilReleased() }
                    if name != "puzzle" { known.withLock { $0[name] = name != "stranger" } }
                }
            }
        }
    }

    /// One request on a connection of its own: everything that is answered, and whether the server closed.
    func ask(_ bytes: [UInt8]) throws -> (text: String, isClosed: Bool) {
        let client = try RawClient(port: self.port)
        client.setTimeout(seconds: 2)
        client.write(bytes)
        return client.readToEnd()
    }

    func ask(_ text: String) throws -> (text: String, isClosed: Bool) { try self.ask([UInt8](text.utf8)) }
}
