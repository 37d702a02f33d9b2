import Glibc
import HTTPServer
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct NegotiationTests {
    private let end = "Host: a\r\nConnection: close\r\n\r\n"

    private static let page =
        #"{"items":["# + String(repeating: #"{"name":"shop","state":"up"},"#, count: 200) + "null]}"

    /// A server whose answers are long, of each kind.
    private static func server() throws -> HTTPServer {
        let shared = SharedBytes([UInt8](Self.page.utf8))
        let prepared = PreparedResponse(.json(shared))
        let router = Router(
            [
                Route(.get, "/page") { _ in .json([UInt8](Self.page.utf8)) },
                Route(.get, "/shared") { _ in .json(shared) },
                Route(.get, "/slow", execution: .worker) { _ in .json(shared) },
                Route(.get, "/prepared") { _ in prepared.response },
                Route(.get, "/short") { _ in .json([UInt8]("{}".utf8)) },
                Route(.get, "/unstored") { _ in
                    .json([UInt8]("{}".utf8), headers: [("Cache-Control", "no-store")])
                },
                Route(.get, "/picture") { _ in
                    HTTPResponse(status: 200, contentType: "image/png", body: .shared(shared))
                },
                Route(.get, "/strong") { _ in .json([UInt8](Self.page.utf8), headers: [("ETag", "\"3\"")]) },
                Route(.get, "/weak") { _ in .json([UInt8](Self.page.utf8), headers: [("ETag", "W/\"3\"")]) },
                Route(.post, "/documents", bodyLimit: 100, contentTypes: ["application/json"]) { .json($0.body) }
                    .producing(["application/json"]),
            ],
            crossOrigin: CrossOrigin(["https://status.example.com"])
        )
        let configuration = HTTPServer.Configuration(listen: ListenAddress(host: "127.0.0.1", port: 0))
        return try HTTPServer(configuration, router: router)
    }

    private func ask(_ server: HTTPServer, _ text: String) throws -> (head: String, body: [UInt8]) {
        let client = try RawClient(port: server.address.port)
        client.write(text + self.end)
        var all: [UInt8] = []
        while let part = client.read(), !part.isEmpty { all += part }
        let end = try #require(
            (0..<max(0, all.count - 3)).first { all[$0...].starts(with: [13, 10, 13, 10]) }
        )
        return (String(decoding: all[..<end], as: UTF8.self), Array(all[(end + 4)...]))
    }

    private func unpack(_ bytes: [UInt8]) throws -> String {
        let path = TestFolder.make("gzip") + "/body.gz"
        guard let file = unsafe fopen(path, "w") else { throw RawClient.Failure(description: "cannot write \(path)") }
        _ = unsafe fwrite(bytes, 1, bytes.count, file)
        _ = unsafe fclose(file)
        guard let pipe = unsafe popen("gzip -dc \(path)", "r") else { return "" }
        defer { _ = unsafe pclose(pipe) }
        var text = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&text, 1, text.count, pipe)
        return String(decoding: text[..<count], as: UTF8.self)
    }

    @Test(arguments: ["/page", "/shared", "/slow", "/prepared", "/weak"])
    func `long text is compressed for who takes it, and caches are told`(path: String) throws {
        let server = try Self.server()
        for accepted in ["gzip", "br, gzip;q=0.5", "deflate, *", "X-GZIP"] {
            let answer = try self.ask(server, "GET \(path) HTTP/1.1\r\nAccept-Encoding: \(accepted)\r\n")
            #expect(answer.head.contains("Content-Encoding: gzip"), "\(accepted)")
            #expect(answer.head.contains("Vary: Accept-Encoding"))
            #expect(answer.head.contains("Content-Length: \(answer.body.count)"))
            #expect(answer.body.count < Self.page.utf8.count / 8)
            #expect(try self.unpack(answer.body) == Self.page)
        }
        for refused in ["Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0, *\r\n", "Accept-Encoding:\r\n", ""] {
            let answer = try self.ask(server, "GET \(path) HTTP/1.1\r\n\(refused)")
            #expect(!answer.head.contains("Content-Encoding"), "\(refused)")
            #expect(answer.head.contains("Vary: Accept-Encoding"))
            #expect(String(decoding: answer.body, as: UTF8.self) == Self.page)
        }
        let head = try self.ask(server, "HEAD \(path) HTTP/1.1\r\nAccept-Encoding: gzip\r\n")
        #expect(head.body.isEmpty && head.head.contains("Content-Encoding: gzip"))
    }

    @Test(arguments: ["/short", "/picture", "/strong", "/nothing"])
    func `what is short, no text, or known by its very bytes is sent as it is`(path: String) throws {
        let answer = try self.ask(try Self.server(), "GET \(path) HTTP/1.1\r\nAccept-Encoding: gzip\r\n")
        #expect(!answer.head.contains("Content-Encoding") && !answer.head.contains("Vary: Accept-Encoding"))
    }

    @Test func `who does not take what a route has is told so before anything happens`() throws {
        let server = try Self.server()
        func post(_ fields: String) throws -> String {
            try self.ask(
                server,
                "POST /documents HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\(fields)"
            ).head
        }
        let taken = [
            "", "Accept: */*\r\n", "Accept: application/json\r\n", "Accept: text/html, application/*;q=0.1\r\n",
            "Accept: Application/JSON; charset=utf-8\r\n", "Accept: text/html\r\nAccept: application/json\r\n",
        ]
        for fields in taken { #expect(try post(fields).hasPrefix("HTTP/1.1 200"), "\(fields)") }
        let refused = [
            "Accept: text/html\r\n", "Accept: application/json;q=0, */*\r\n", "Accept: application/*;q=0.0, */*\r\n",
            "Accept: nonsense\r\n", "Accept: ,;=\r\n",
        ]
        for fields in refused { #expect(try post(fields).hasPrefix("HTTP/1.1 406"), "\(fields)") }
    }

    @Test func `a body that is compressed or of another type is refused, and the right type is named`() throws {
        let server = try Self.server()
        let head = "POST /documents HTTP/1.1\r\nContent-Length: 2\r\n"
        let packed = try self.ask(server, head + "Content-Type: application/json\r\nContent-Encoding: gzip\r\n").head
        #expect(packed.hasPrefix("HTTP/1.1 415") && packed.contains("Accept-Encoding: identity"))
        let typed = try self.ask(server, head + "Content-Type: text/plain\r\n").head
        #expect(typed.hasPrefix("HTTP/1.1 415") && typed.contains("Accept: application/json"))
    }

    @Test func `TRACE is refused with what the path takes`() throws {
        let server = try Self.server()
        let answer = try self.ask(server, "TRACE /page HTTP/1.1\r\nCookie: apus_session=secret\r\n")
        #expect(answer.head.hasPrefix("HTTP/1.1 405") && answer.head.contains("Allow: GET, HEAD, OPTIONS"))
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("secret"))
        #expect(try !self.ask(server, "OPTIONS * HTTP/1.1\r\n").head.contains("TRACE"))
    }

    @Test func `a method override is not looked at`() throws {
        let server = try Self.server()
        for field in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
            let answer = try self.ask(server, "POST /page HTTP/1.1\r\n\(field): GET\r\nContent-Length: 0\r\n")
            #expect(answer.head.hasPrefix("HTTP/1.1 405"))
        }
    }

    @Test(arguments: ["/page", "/slow", "/prepared", "/nothing"])
    func `the client's name for a request is said again, unless it could forge a log`(path: String) throws {
        let server = try Self.server()
        let named = try self.ask(server, "GET \(path) HTTP/1.1\r\nX-Request-Id: order-7.a_B\r\n").head
        #expect(named.contains("X-Request-Id: order-7.a_B"))
        let tooLong = String(repeating: "x", count: 65)
        for forged in ["a b", "a\u{1B}[31m", "\"}", "a%0d%0a", tooLong, "é"] {
            let answer = try self.ask(server, "GET \(path) HTTP/1.1\r\nX-Request-Id: \(forged)\r\n").head
            if answer.hasPrefix("HTTP/1.1 400") { continue }
            let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("X-Request-Id: ") })
            #expect(line.dropFirst(14).count == 16 && line.dropFirst(14).allSatisfy(\.isHexDigit), "\(line)")
        }
    }

    @Test func `pages of the origins that are set may read answers, without cookies, and no others`() throws {
        let server = try Self.server()
        let ours = "Origin: https://status.example.com\r\n"
        let read = try self.ask(server, "GET /prepared HTTP/1.1\r\n\(ours)").head
        #expect(read.contains("Access-Control-Allow-Origin: https://status.example.com"))
        #expect(read.contains("Vary: Origin") && read.contains("Access-Control-Expose-Headers: Apus-Stale, ETag"))
        let asked = "OPTIONS /documents HTTP/1.1\r\nAccess-Control-Request-Method: POST\r\n"
        let preflight = try self.ask(server, asked + ours).head
        #expect(preflight.hasPrefix("HTTP/1.1 204"))
        #expect(preflight.contains("Access-Control-Allow-Methods: OPTIONS, POST"))
        #expect(preflight.contains("Access-Control-Allow-Headers: Authorization, Content-Type"))
        let others = [
            "https://evil.example", "null", "https://status.example.com.evil.example", "http://status.example.com",
            "https://status.example.com:8443", "*",
        ]
        for origin in others {
            for request in ["GET /prepared HTTP/1.1\r\n", asked] {
                let answer = try self.ask(server, request + "Origin: \(origin)\r\n").head
                #expect(!answer.contains("Access-Control"), "\(origin)")
            }
        }
        for answer in [read, preflight] { #expect(!answer.contains("Allow-Credentials")) }
    }

    @Test func `a cache is told that answers differ by origin, also when the first who asks names none`() throws {
        let server = try Self.server()
        for path in ["/page", "/prepared", "/short", "/nothing"] {
            let plain = try self.ask(server, "GET \(path) HTTP/1.1\r\n").head
            #expect(plain.contains("Vary: Origin") && !plain.contains("Access-Control"), "\(path)")
        }
        #expect(try !self.ask(server, "GET /unstored HTTP/1.1\r\n").head.contains("Vary"))
        for origins in [[], ["*"]] {
            let router = Router([Route(.get, "/") { _ in .text("x") }], crossOrigin: CrossOrigin(origins))
            let answer = router.respond(to: HTTPRequest(method: .get, target: "/"))
            #expect(!answer.headers.contains { $0.name == "Vary" }, "\(origins)")
        }
    }

    @Test func `any origin may be allowed, still without cookies`() {
        let router = Router([Route(.get, "/") { _ in .text("x") }], crossOrigin: CrossOrigin(["*"]))
        let headers = HTTPHeaders([("origin", "https://evil.example"), ("cookie", "apus_session=1")])
        let answer = router.respond(to: HTTPRequest(method: .get, target: "/", headers: headers))
        #expect(answer.headers.first { $0.name == "Access-Control-Allow-Origin" }?.value == "*")
        #expect(!answer.headers.contains { $0.name == "Access-Control-Allow-Credentials" })
    }
}
