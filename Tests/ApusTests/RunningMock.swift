import Glibc
import JSON
import Service
import Testing

@testable import Apus

/// A mock on a port of the kernel's choice, stopped with its owner.
final class RunningMock {
    private let server: MockServer
    private let thread: DedicatedThread

    init() throws {
        let server = try MockServer(listen: HostAndPort(host: "127.0.0.1", port: 0))
        self.server = server
        self.thread = DedicatedThread("mock") { server.run() }
    }

    deinit {
        self.server.stop()
        self.thread.join()
    }

    func connect() throws -> MockClient {
        try MockClient(port: self.server.port)
    }

    func get(_ path: String) throws -> Int {
        let client = try self.connect()
        client.send("GET \(path) HTTP/1.1\r\nConnection: close\r\n\r\n")
        return client.status()
    }

    func post(_ path: String) throws -> Int {
        let client = try self.connect()
        client.send("POST \(path) HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        return client.status()
    }

    /// The lines of `/_mock/log`.
    func log() throws -> [JSONObject] {
        let client = try self.connect()
        client.send("GET /_mock/log HTTP/1.1\r\nConnection: close\r\n\r\n")
        let lines = client.readAll().split(separator: "\r\n\r\n", maxSplits: 1).last?.split(separator: "\n") ?? []
        return try lines.map { line in
            guard case .object(let object) = try JSONParser.parse(Array(line.utf8)) else {
                throw MockProblem("no object")
            }
            return object
        }
    }
}

/// A plain TCP client.
final class MockClient {
    private let descriptor: Int32

    init(port: UInt16) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe Glibc.connect(self.descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
    }

    deinit {
        close(self.descriptor)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe _ = Glibc.send(self.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func isReadable(millis: Int32) -> Bool {
        var waiting = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&waiting, 1, millis) > 0
    }

    /// The status of the response that comes next, 0 when there is none.
    func status() -> Int {
        let text = self.read()
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    func readAll() -> String {
        var text = ""
        while true {
            let more = self.read()
            if more.isEmpty { return text }
            text += more
        }
    }

    /// The error of the next reading, 0 when there was none.
    func readError() -> Int32 {
        var byte: UInt8 = 0
        return unsafe recv(self.descriptor, &byte, 1, 0) < 0 ? errno : 0
    }

    private func read() -> String {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(self.descriptor, &chunk, chunk.count, 0)
        return String(decoding: chunk.prefix(max(0, count)), as: UTF8.self)
    }
}
