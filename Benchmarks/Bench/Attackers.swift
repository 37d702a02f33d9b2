import Glibc
import Service
import Synchronization
import TestServers

/// Clients of another address, 127.0.0.2, that mean no good, on one thread; they go on until ``end()``.
final class Attackers: Sendable {
    /// What they do.
    enum Kind: String, CaseIterable {
        /// Connections that never finish their head; those that are put out are made anew.
        case halfHeads = "400 half heads"
        /// Requests whose body comes a byte at a time.
        case slowBodies = "400 slow bodies"
        /// Answers of some 400 kB that nobody reads.
        case slowReaders = "200 slow readers"
        /// Connections that ask once and then stay.
        case idle = "800 idle connections"
        /// Requests that break the rules, as fast as they are refused.
        case malformed = "a flood of broken requests"
    }

    private let isEnding = Atomic<Bool>(false)
    private let thread: Mutex<DedicatedThread?>

    /// Begins to attack a port of this machine; `header` is the credential of those who need one to be answered at length.
    init(_ kind: Kind, port: UInt16, header: String) {
        self.thread = Mutex(nil)
        let thread = DedicatedThread("attackers") { [self] in
            let crowd = Crowd(kind, port: port, header: header)
            while !self.isEnding.load(ordering: .relaxed) { crowd.goOn() }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Waits for their end.
    func end() {
        self.isEnding.store(true, ordering: .relaxed)
        self.thread.withLock { $0.take() }?.join()
    }

    /// The connections, all of one thread.
    private final class Crowd {
        private let kind: Kind
        private let port: UInt16
        private let first: String
        private let size: Int
        private var clients: [RawClient] = []
        private var turn = 0

        init(_ kind: Kind, port: UInt16, header: String) {
            self.kind = kind
            self.port = port
            let host = "HTTP/1.1\r\nHost: a\r\n"
            (self.first, self.size) =
                switch kind {
                case .halfHeads: ("GET /api/v1/status \(host)X: ", 400)
                case .slowBodies:
                    ("POST /api/v1/sessions \(host)Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n", 400)
                case .slowReaders: ("GET /api/v1/status?limit=1000 \(host)\(header)\r\n\r\n", 200)
                case .idle: ("GET /openapi.yaml \(host)\r\n", 800)
                case .malformed: ("GET /%2e%2e/ \(host)Host: b\r\nContent-Length : 3\r\n\r\n", 1)
                }
        }

        /// One step: a connection more, or a byte on one of them.
        func goOn() {
            if self.kind == .malformed {
                guard let client = try? RawClient(port: self.port, from: 2) else { return }
                client.write(self.first)
                _ = client.read()
                return
            }
            self.turn = (self.turn + 1) % self.size
            if self.clients.count < self.size {
                if let client = self.connect() { self.clients.append(client) }
                return
            }
            usleep(250)
            let isDrip = self.kind == .halfHeads || self.kind == .slowBodies
            guard isDrip, !self.clients[self.turn].write("x"), let client = self.connect() else { return }
            self.clients[self.turn] = client
        }

        private func connect() -> RawClient? {
            guard let client = try? RawClient(port: self.port, from: 2) else { return nil }
            if self.kind == .slowReaders { client.shrinkReceiveBuffer() }
            client.write(self.first)
            return client
        }
    }
}
