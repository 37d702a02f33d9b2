import Glibc
import HTTPServer
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
    private func open(_ server: TestServer, lastID: String = "") throws -> RawClient {
        let client = try RawClient(port: server.port)
        client.write("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: \(lastID)\r\n\r\n")
        return client
    }

    @Test func `events reach the client as they are sent, beginning where it left off`() throws {
        let server = try TestServer()
        let client = try self.open(server, lastID: "41")
        let first = client.read(until: "data: 41\n\n")
        #expect(first.contains("Content-Type: text/event-stream") && first.contains("event: hello\ndata: 41\n\n"))
        let stream = try #require(server.streams.withLock { $0.first })
        for number in 0..<3 {
            stream.send(ServerSentEvent(id: "\(number)", data: [UInt8]("a\nb\(number)".utf8)))
            #expect(client.read(until: "b\(number)\n\n").contains("id: \(number)\ndata: a\ndata: b\(number)\n\n"))
        }
        stream.close()
        #expect(client.readToEnd().text.hasSuffix("0\r\n\r\n"))
        #expect(eventually { server.server.counters.streams == 0 })
        #expect(!stream.send(.heartbeat) && !stream.wasDropped)
    }

    @Test func `a slow reader is cut off and counted, its neighbour gets everything`() throws {
        let server = try TestServer()
        let slow = try RawClient(port: server.port)
        slow.shrinkReceiveBuffer()
        slow.write("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        let quick = try self.open(server)
        _ = quick.read(until: "data: \n\n")
        #expect(eventually { server.streams.withLock { $0.count } == 2 })
        let event = ServerSentEvent(data: [UInt8](repeating: UInt8(ascii: "x"), count: 8000))
        var sent = 0
        let streams = server.streams.withLock { $0 }
        while server.server.counters.streamsDropped == 0, sent < 10_000 {
            for stream in streams { stream.send(event) }
            _ = quick.read(until: "\n\n")
            sent += 1
        }
        #expect(eventually { server.server.counters.streamsDropped == 1 })
        #expect(streams.count { $0.isOpen } == 1)
        #expect(eventually { server.server.counters.connections == 1 })
    }

    @Test func `heartbeats find the clients that are gone`() throws {
        let server = try TestServer { $0.heartbeat = 100 }
        let isClosed = Atomic<Bool>(false)
        do {
            let client = try self.open(server)
            #expect(client.read(until: ": \n\n").contains(": \n\n"))
            let stream = try #require(server.streams.withLock { $0.first })
            stream.onClose { isClosed.store(true, ordering: .relaxed) }
        }
        #expect(eventually { isClosed.load(ordering: .relaxed) })
        #expect(server.server.counters.streams == 0)
    }

    @Test func `400 streams get each event, and stopping ends them all`() throws {
        let server = try TestServer()
        let clients = try (0..<400).map { _ in try self.open(server) }
        #expect(eventually { server.server.counters.streams == 400 })
        let event = ServerSentEvent(data: [UInt8]("all".utf8))
        for stream in server.streams.withLock({ $0 }) { #expect(stream.send(event)) }
        server.server.stop(within: 5000)
        for client in clients {
            let answer = client.readToEnd()
            #expect(answer.isClosed && answer.text.contains("data: all\n\n"))
        }
    }

    @Test func `HEAD of a stream ends at once`() throws {
        let server = try TestServer()
        let answer = try server.ask("HEAD /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer.isClosed && answer.text.contains("text/event-stream"))
        #expect(eventually { server.server.counters.streams == 0 })
    }
}
