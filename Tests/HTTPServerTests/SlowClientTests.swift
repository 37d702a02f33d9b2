import Glibc
import HTTPServer
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct SlowClientTests {
    private let hello = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test func `300 stuck clients of one address keep nobody waiting and are put out`() throws {
        let server = try TestServer {
            $0.headerDeadline = 1500
            $0.unfinishedPerAddress = 100
        }
        let stuck = try (0..<300).map { _ in try RawClient(port: server.port) }
        for client in stuck { client.write("GET /hello HTTP/1.1\r\nHost: a\r\nX: ") }
        let start = ContinuousClock.now
        for _ in 0..<20 { #expect(try server.ask(self.hello).text.hasSuffix("hello")) }
        #expect(ContinuousClock.now - start < .seconds(1))
        #expect(eventually { server.server.counters.evicted >= 200 })
        #expect(eventually { server.server.counters.connections == 0 })
        let counters = server.server.counters
        #expect(counters.evicted + counters.timedOut == 300)
        let last = stuck[299].readToEnd()
        #expect(last.isClosed && last.text.hasPrefix("HTTP/1.1 408"))
    }

    @Test func `a client that sends a byte now and then is put out at the deadline of the headers`() throws {
        let server = try TestServer { $0.headerDeadline = 500 }
        let client = try RawClient(port: server.port)
        for byte in self.hello.utf8 {
            guard client.write([byte]), server.server.counters.timedOut == 0 else { break }
            usleep(25_000)
        }
        #expect(eventually { server.server.counters.timedOut == 1 })
    }

    @Test func `a body that never ends is put out`() throws {
        let server = try TestServer { $0.requestDeadline = 300 }
        let client = try RawClient(port: server.port)
        client.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
        #expect(client.readToEnd().isClosed)
        #expect(server.server.counters.timedOut == 1)
    }

    @Test(arguments: ["GET /hello HT", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "", "\r\n\r\n\r\n"])
    func `half a request line, TLS on the plain port and silence are put out`(start: String) throws {
        let server = try TestServer { $0.headerDeadline = 300 }
        let client = try RawClient(port: server.port)
        client.write(start)
        let answer = client.readToEnd()
        #expect(answer.isClosed && (answer.text.isEmpty || answer.text.hasPrefix("HTTP/1.1 4")), "\(answer.text)")
        #expect(eventually { server.server.counters.connections == 0 })
    }

    @Test(arguments: ["Content-Length: 100\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n64\r\n"])
    func `a body of a byte now and then is put out at the deadline of the request`(framing: String) throws {
        let server = try TestServer { $0.requestDeadline = 500 }
        let client = try RawClient(port: server.port)
        client.write("POST /echo HTTP/1.1\r\nHost: a\r\n\(framing)")
        for _ in 0..<100 {
            guard client.write("x"), server.server.counters.timedOut == 0 else { break }
            usleep(25_000)
        }
        #expect(eventually { server.server.counters.timedOut == 1 })
    }

    @Test func `who reads a large answer too slowly is put out, and its neighbours are not kept waiting`() throws {
        let server = try TestServer { $0.requestDeadline = 1_000 }
        let slow = try (0..<20).map { _ in try RawClient(port: server.port) }
        for client in slow {
            client.shrinkReceiveBuffer()
            client.write("GET /prepared/large HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        for _ in 0..<20 { #expect(try server.ask(self.hello).text.hasSuffix("hello")) }
        #expect(eventually { server.server.counters.timedOut == 20 })
        #expect(eventually { server.server.counters.connections == 0 })
    }

    @Test func `an address that has all its connections open shuts itself out, not others`() throws {
        let server = try TestServer {
            // One loop lets them in in the order in which they come.
            $0.loops = 1
            $0.connectionsPerAddress = 40
        }
        let neighbour = try RawClient(port: server.port, from: 2)
        func greet(_ client: RawClient) {
            client.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.read(until: "hello").hasSuffix("hello"))
        }
        greet(neighbour)
        let idle = try (0..<100).map { _ in try RawClient(port: server.port) }
        for (index, client) in idle.enumerated() where index >= 60 { greet(client) }
        #expect(eventually { server.server.counters.evicted == 60 })
        #expect(server.server.counters.connections == 41)
        // The oldest made room; who came last, and who comes from elsewhere, is answered.
        #expect(idle[0].readToEnd().isClosed)
        greet(neighbour)
        greet(idle[99])
        #expect(try server.ask(self.hello).text.hasSuffix("hello"))
    }

    @Test func `a connection between two requests is closed after its time`() throws {
        let server = try TestServer { $0.idleDeadline = 300 }
        let client = try RawClient(port: server.port)
        client.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = client.readToEnd()
        #expect(answer.isClosed && answer.text.hasSuffix("hello"))
    }

    @Test func `at the limit of connections the idlest makes room`() throws {
        let server = try TestServer { $0.connections = 10 }
        let idle = try (0..<10).map { _ in try RawClient(port: server.port) }
        for (index, client) in idle.enumerated() {
            client.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.read(until: "hello").hasSuffix("hello"))
            #expect(eventually { server.server.counters.requests == index + 1 })
        }
        #expect(try server.ask(self.hello).text.hasSuffix("hello"))
        #expect(idle[0].readToEnd().isClosed)
        #expect(server.server.counters.evicted == 1)
    }

    @Test func `slow handlers hold up neither each other nor the loops, and too many are told to come back`() throws {
        let server = try TestServer {
            $0.workers = 2
            $0.workerQueue = 3
        }
        let held = "GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let waiting = try (0..<6).map { _ in try RawClient(port: server.port) }
        for client in waiting { client.write(held) }
        // Two in work and three waiting at most; the threads may not have begun when the queue fills.
        #expect(eventually { server.server.counters.overloaded >= 1 })
        #expect(try server.ask(self.hello).text.hasSuffix("hello"))
        let computed = "GET /computed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        #expect(try server.ask(computed).text.hasSuffix("computed"))
        server.isReleased.store(true, ordering: .relaxed)
        let answers = waiting.map { $0.readToEnd().text }
        let refused = answers.filter { $0.hasPrefix("HTTP/1.1 503") && $0.contains("Retry-After: 1") }
        #expect(refused.count == server.server.counters.overloaded)
        #expect(answers.count { $0.hasSuffix("held") } == 6 - refused.count)
    }

    @Test func `stopping lets requests in work be answered, up to its deadline`() throws {
        let server = try TestServer()
        let client = try RawClient(port: server.port)
        client.write("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(eventually { server.server.counters.connections == 1 })
        let stuck = try TestServer()
        let stuckClient = try RawClient(port: stuck.port)
        stuckClient.write("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(eventually { stuck.server.counters.connections == 1 })
        usleep(50_000)
        server.isReleased.store(true, ordering: .relaxed)
        server.server.stop(within: 5000)
        let answer = client.readToEnd()
        #expect(answer.isClosed && answer.text.hasSuffix("held"))
        stuck.server.stop(within: 100)
        #expect(stuckClient.readToEnd().isClosed)
        stuck.isReleased.store(true, ordering: .relaxed)
    }

    @Test func `each request is observed once, with its route and status`() throws {
        let seen = Mutex<[String]>([])
        let configuration = HTTPServer.Configuration(listen: ListenAddress(host: "127.0.0.1", port: 0))
        let server = try HTTPServer(configuration, router: TestServer.router()) { observation in
            seen.withLock { $0.append("\(observation.template) \(observation.status)") }
        }
        let client = try RawClient(port: server.address.port)
        client.write("GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(eventually { seen.withLock { $0.count } == 2 })
        #expect(seen.withLock { $0 } == ["/items/{id} 200", " 404"])
    }
}
