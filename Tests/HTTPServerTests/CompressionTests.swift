import Glibc
import HTTPServer
import Synchronization
import TestServers
import Testing

/// Where long text is compressed, and how often.
@Suite(.timeLimit(.minutes(1))) struct CompressionTests {
    private static let text = [UInt8](String(repeating: "the shop is up; ", count: 4_000).utf8)

    /// Holds the only thread for what takes long, and the only place before it.
    private final class Hold: Sendable {
        let isHeld = Atomic(false)
        let begun = Atomic(0)
    }

    private let hold = Hold()

    /// One event loop, and one thread beside it, which can be held.
    private func server() throws -> HTTPServer {
        let prepared = PreparedResponse(.json(SharedBytes(Self.text)))
        let hold = self.hold
        let router = Router(
            [
                Route(.get, "/prepared") { _ in prepared.response },
                Route(.get, "/made") { _ in .json(Self.text) },
                Route(.get, "/worker", execution: .worker) { _ in .json(Self.text) },
                Route(.get, "/held", execution: .compute) { _ in
                    hold.begun.wrappingAdd(1, ordering: .relaxed)
                    while hold.isHeld.load(ordering: .relaxed) { usleep(1_000) }
                    return .noContent
                },
            ],
            crossOrigin: CrossOrigin(["https://status.example.com"])
        )
        var configuration = HTTPServer.Configuration(listen: ListenAddress(host: "127.0.0.1", port: 0))
        configuration.loops = 1
        configuration.computers = 1
        configuration.workerQueue = 1
        return try HTTPServer(configuration, router: router)
    }

    /// Runs `body` while the thread beside the loop is busy and nothing may wait for it.
    private func whileBusy(_ server: HTTPServer, _ body: () throws -> Void) throws {
        self.hold.isHeld.store(true, ordering: .relaxed)
        let overloaded = server.counters.overloaded
        let begun = self.hold.begun.load(ordering: .relaxed)
        let held = try [self.send("/held", to: server)]
        #expect(eventually { self.hold.begun.load(ordering: .relaxed) > begun })
        let more = try (0..<2).map { _ in try self.send("/held", to: server) }
        #expect(eventually { server.counters.overloaded > overloaded })
        defer {
            self.hold.isHeld.store(false, ordering: .relaxed)
            for client in held + more { _ = client.readToEnd() }
        }
        try body()
    }

    private func send(_ path: String, _ fields: String = "", to server: HTTPServer) throws -> RawClient {
        let client = try RawClient(port: server.address.port)
        client.write("GET \(path) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\(fields)\r\n")
        return client
    }

    /// The head of the answer to somebody who takes gzip.
    private func head(_ path: String, _ fields: String = "", of server: HTTPServer) throws -> String {
        let answer = try self.send(path, fields, to: server).readToEnd().text
        return answer.split(separator: "\r\n\r\n", maxSplits: 1).first.map(String.init) ?? ""
    }

    /// Whether the answer to somebody who takes gzip is compressed.
    private func isPacked(_ path: String, _ fields: String = "", of server: HTTPServer) throws -> Bool {
        let head = try self.head(path, fields, of: server)
        return head.hasPrefix("HTTP/1.1 200") && head.contains("Content-Encoding: gzip")
    }

    @Test(arguments: ["/prepared", "/made"])
    func `no event loop compresses long text: where nobody else can, it is sent as it is`(path: String) throws {
        let server = try self.server()
        defer { server.stop(within: 1_000) }
        try self.whileBusy(server) {
            for fields in ["", "X-Request-Id: mine\r\n", "Origin: https://status.example.com\r\n"] {
                let head = try self.head(path, fields, of: server)
                #expect(head.hasPrefix("HTTP/1.1 200") && !head.contains("Content-Encoding"), "\(fields)")
                #expect(head.contains("Vary: Accept-Encoding"))
            }
        }
        #expect(try self.isPacked(path, of: server))
    }

    @Test func `what was compressed once is sent to all, also under header fields of their own`() throws {
        let server = try self.server()
        defer { server.stop(within: 1_000) }
        #expect(try self.isPacked("/prepared", "X-Request-Id: first\r\n", of: server))
        try self.whileBusy(server) {
            for fields in ["", "X-Request-Id: mine\r\n", "Origin: https://status.example.com\r\n"] {
                let isPacked = try self.isPacked("/prepared", fields, of: server)
                #expect(isPacked, "\(fields)")
            }
            // A worker compresses what it makes itself.
            let isPacked = try self.isPacked("/worker", of: server)
            #expect(isPacked)
        }
    }
}
