import HTTPServer
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPServerTests {
    private let end = "Host: a\r\nConnection: close\r\n\r\n"

    @Test func `a request is answered with its parameter`() throws {
        let server = try TestServer()
        let answer = try server.ask("GET /items/a%20b?x=1 HTTP/1.1\r\n\(self.end)")
        #expect(answer.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.text.hasSuffix("\r\n\r\nitem a b"))
        #expect(try server.ask("GET /items/all HTTP/1.1\r\n\(self.end)").text.hasSuffix("\r\n\r\nall"))
        #expect(try server.ask("GET http://a/hello HTTP/1.1\r\n\(self.end)").text.hasSuffix("hello"))
        #expect(try server.ask("GET /shared HTTP/1.1\r\n\(self.end)").text.hasSuffix(#"{"shared":true}"#))
    }

    @Test func `a prepared answer serves many, and one that is changed is made anew`() throws {
        let server = try TestServer()
        let clients = try (0..<20).map { _ in try RawClient(port: server.port) }
        for _ in 0..<3 {
            for client in clients { client.write("GET /prepared HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients {
                let answer = client.read(until: "}")
                #expect(answer.hasPrefix("HTTP/1.1 200") && answer.hasSuffix("\r\n\r\n{\"shared\":true}"))
                #expect(answer.contains("Content-Type: application/json\r\n"))
            }
        }
        #expect(try server.ask("HEAD /prepared HTTP/1.1\r\n\(self.end)").text.hasSuffix("\r\n\r\n"))
        let changed = try server.ask("GET /prepared/changed HTTP/1.1\r\n\(self.end)").text
        #expect(changed.contains("X-Changed: yes\r\n") && changed.hasSuffix("{\"shared\":true}"))
        #expect(try !server.ask("GET /prepared HTTP/1.1\r\n\(self.end)").text.contains("X-Changed"))
        // More than the system buffers: most of it is sent when nobody but the connection holds it any more.
        let large = try server.ask("GET /prepared/large HTTP/1.1\r\n\(self.end)").text
        #expect(large.utf8.count { $0 == UInt8(ascii: "x") } == 8 << 20)
    }

    @Test func `pipelined requests are answered in order on one connection`() throws {
        let server = try TestServer()
        let answer = try server.ask(
            "GET /hello HTTP/1.1\r\nHost: a\r\n\r\nPOST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
                + "GET / HTTP/1.1\r\n\(self.end)"
        )
        let bodies = ["hello", "ab", "root"].map { answer.text.firstRange(of: "\r\n\r\n\($0)")?.lowerBound }
        #expect(bodies.allSatisfy { $0 != nil })
        #expect(answer.isClosed)
        #expect(eventually { server.server.counters.requests == 3 })
    }

    @Test func `HEAD, OPTIONS and a method that a path lacks are answered by the router`() throws {
        let server = try TestServer()
        let head = try server.ask("HEAD /hello HTTP/1.1\r\n\(self.end)").text
        #expect(head.hasPrefix("HTTP/1.1 200") && head.contains("Content-Length: 5") && head.hasSuffix("\r\n\r\n"))
        let options = try server.ask("OPTIONS /items/1 HTTP/1.1\r\n\(self.end)").text
        #expect(options.hasPrefix("HTTP/1.1 204") && options.contains("Allow: DELETE, GET, HEAD, OPTIONS"))
        #expect(try server.ask("OPTIONS * HTTP/1.1\r\n\(self.end)").text.hasPrefix("HTTP/1.1 204"))
        let wrong = try server.ask("PUT /items/1 HTTP/1.1\r\n\(self.end)").text
        #expect(wrong.hasPrefix("HTTP/1.1 405") && wrong.contains("Allow: DELETE, GET, HEAD, OPTIONS"))
        #expect(wrong.contains("application/problem+json") && wrong.contains("X-Request-Id: "))
        for path in ["/nothing", "//hello", "/hello/", "/items/"] {
            #expect(try server.ask("GET \(path) HTTP/1.1\r\n\(self.end)").text.hasPrefix("HTTP/1.1 404"), "\(path)")
        }
    }

    @Test func `an admission turns a request away before its body is sent, or tells the handler what it found`() throws
    {
        let server = try TestServer()
        for path in ["/guarded", "/guarded/slow"] {
            // The body is announced and never sent; it is even too large.
            let refused = try server.ask("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n")
            #expect(refused.text.hasPrefix("HTTP/1.1 403") && refused.isClosed)
            let chunked = try server.ask("POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            #expect(chunked.text.hasPrefix("HTTP/1.1 403") && chunked.isClosed)
            let empty = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
            let both = try server.ask("\(empty)\r\n\(empty)X-Name: swift\r\nX-Local: 1\r\nConnection: close\r\n\r\n")
            #expect(both.text.hasPrefix("HTTP/1.1 403"))
            #expect(both.text.contains("\r\n\r\nfor swift"))
        }
        let local = try server.ask("POST /guarded HTTP/1.1\r\nX-Name: a\r\nX-Local: 1\r\n\(self.end)").text
        #expect(local.hasSuffix("for a at local"))
        #expect(try server.ask("POST /guarded HTTP/1.1\r\nX-Name: a\r\n\(self.end)").text.hasSuffix("at 127.0.0.1"))
    }

    @Test func `an admission that memory can't decide asks on a worker, and is asked again`() throws {
        let server = try TestServer { $0.loops = 1 }
        func send(_ name: String, _ body: String = "hello", _ framing: String? = nil) throws -> String {
            let framing = framing ?? "Content-Length: \(body.utf8.count)"
            return try server.ask("POST /asked HTTP/1.1\r\nX-Name: \(name)\r\n\(framing)\r\n\(self.end)\(body)").text
        }
        // Whoever is asked about holds up nobody on the only loop.
        let slow = try RawClient(port: server.port)
        slow.write("POST /asked HTTP/1.1\r\nHost: a\r\nX-Name: first\r\nContent-Length: 5\r\n\r\nhel")
        #expect(try server.ask("GET /hello HTTP/1.1\r\n\(self.end)").text.hasSuffix("hello"))
        slow.write("lo")
        server.isReleased.store(true, ordering: .relaxed)
        #expect(slow.read(until: "for first").hasSuffix("hello for first"))
        for _ in 0..<2 {
            #expect(try send("friend").hasSuffix("\r\n\r\nhello for friend"))
            #expect(try send("stranger").hasPrefix("HTTP/1.1 403"))
            let puzzled = try send("puzzle")
            #expect(puzzled.hasPrefix("HTTP/1.1 503") && puzzled.contains("Retry-After: 1\r\n"))
        }
        let chunks = try send("chunks", "5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked")
        #expect(chunks.hasSuffix("\r\n\r\nhello for chunks"))
        #expect(try send("empty", "").hasSuffix("\r\n\r\n for empty"))
        #expect(try send("large", String(repeating: "x", count: 1_001)).hasPrefix("HTTP/1.1 413"))
    }

    @Test func `a body is taken up to the limit of its route, with a length or in chunks`() throws {
        let server = try TestServer()
        for path in ["/echo", "/slow"] {
            let full = String(repeating: "x", count: 1000)
            let fits = "POST \(path) HTTP/1.1\r\nContent-Length: 1000\r\n\(self.end)\(full)"
            #expect(try server.ask(fits).text.hasSuffix("\r\n\r\n\(full)"))
            let chunks = "POST \(path) HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\(self.end)3e8\r\n\(full)\r\n0\r\n\r\n"
            #expect(try server.ask(chunks).text.hasSuffix("\r\n\r\n\(full)"))
            // Refused before a byte of it was sent.
            let large = try server.ask("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
            #expect(large.text.hasPrefix("HTTP/1.1 413") && large.isClosed)
            let largeChunks =
                "POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n\(full)x\r\n0\r\n\r\n"
            #expect(try server.ask(largeChunks).text.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func `a body of another type is refused`() throws {
        let server = try TestServer()
        func send(_ type: String) throws -> String {
            try server.ask("POST /typed HTTP/1.1\r\nContent-Type: \(type)\r\nContent-Length: 2\r\n\(self.end){}").text
        }
        #expect(try send("text/plain").hasPrefix("HTTP/1.1 415"))
        #expect(try send("application/json; charset=utf-8").hasPrefix("HTTP/1.1 200"))
        #expect(try send("Application/JSON").hasPrefix("HTTP/1.1 200"))
    }

    @Test func `Expect 100-continue is met, and not for a body that is too large`() throws {
        let server = try TestServer()
        let client = try RawClient(port: server.port)
        client.write("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
        client.write("ab")
        #expect(client.read(until: "ab").hasSuffix("ab"))
        let large = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n"
        #expect(try server.ask(large).text.hasPrefix("HTTP/1.1 413"))
    }

    @Test func `a busy port is said to be busy`() throws {
        let server = try TestServer()
        #expect(throws: HTTPServerError.portInUse(server.server.address)) {
            _ = try HTTPServer(HTTPServer.Configuration(listen: server.server.address), router: Router([]))
        }
    }

    @Test func `handlers are called without a socket`() {
        let router = TestServer.router()
        #expect(router.respond(to: HTTPRequest(method: .get, target: "/nothing")).status == 404)
        let typed = HTTPRequest(method: .post, target: "/typed", headers: HTTPHeaders([("A", "b")]), body: [1])
        #expect(router.respond(to: typed).status == 415)
        #expect(router.respond(to: HTTPRequest(method: .delete, target: "/items/1")).status == 204)
    }

    @Test func `a query is decoded item by item`() throws {
        let request = HTTPRequest(method: .get, target: "/?a=1&b=x+y%26z&c&a=2")
        let items = try request.query().map { "\($0.name)=\($0.value)" }
        #expect(items == ["a=1", "b=x y&z", "c=", "a=2"])
        #expect(throws: QueryFault.self) { try HTTPRequest(method: .get, target: "/?a=%zz").query() }
        let many = String(repeating: "a=1&", count: 10_000)
        #expect(throws: QueryFault.self) { try HTTPRequest(method: .get, target: "/?\(many)").query() }
    }
}
