import CLinux
import Glibc
import Service
import Synchronization

/// An HTTP server on one epoll loop whose targets can be told to fail.
///
/// Raw sockets, since silence and resets are among its answers. @unchecked: all mutable parts but `isStopped` are
/// touched only by the thread inside ``run()``.
final class MockServer: @unchecked Sendable {
    private static let connectionLimit = 15_000

    private let listener: BoundSocket
    private let epoll: Int32
    private let wake: Int32
    private let isStopped = Atomic<Bool>(false)
    private var targets = MockTargets()
    private var connections: [Int32: MockConnection] = [:]
    private var delayed: [MockDelayed] = []
    private var serial = 0

    /// Begins to listen; answers are given inside ``run()``.
    init(listen address: HostAndPort) throws(VerbError) {
        self.listener = try BoundSocket(address)
        try self.listener.listen()
        self.epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        self.wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        self.watch(self.listener.descriptor, EPOLLIN, EPOLL_CTL_ADD)
        self.watch(self.wake, EPOLLIN, EPOLL_CTL_ADD)
    }

    deinit {
        for descriptor in self.connections.keys { close(descriptor) }
        close(self.wake)
        close(self.epoll)
    }

    /// Where it listens.
    var port: UInt16 { self.listener.address.port }

    /// Makes ``run()`` return, from any thread.
    func stop() {
        self.isStopped.store(true, ordering: .relaxed)
        eventfd_write(self.wake, 1)
    }

    /// Serves until ``stop()``.
    func run() {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)
        while !self.isStopped.load(ordering: .relaxed) {
            let wait = self.delayed.first.map { max(0, $0.due - MonotonicClock.millis) } ?? 60_000
            let count = unsafe epoll_wait(self.epoll, &events, Int32(events.count), Int32(min(wait, 60_000)))
            for index in 0..<max(0, Int(count)) {
                let descriptor = unsafe events[index].data.fd
                if descriptor == self.listener.descriptor {
                    self.accept()
                } else if descriptor != self.wake {
                    self.serve(descriptor, unsafe events[index].events)
                }
            }
            self.sendDelayed()
        }
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(self.listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            guard self.connections.count < Self.connectionLimit else {
                close(descriptor)
                continue
            }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            self.serial += 1
            self.connections[descriptor] = MockConnection(serial: self.serial)
            self.watch(descriptor, EPOLLIN, EPOLL_CTL_ADD)
        }
    }

    private func serve(_ descriptor: Int32, _ events: UInt32) {
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return self.drop(descriptor) }
        if events & EPOLLIN.rawValue != 0 && !self.read(descriptor) { return self.drop(descriptor) }
        self.handleRequests(descriptor)
        self.write(descriptor)
    }

    /// Reads what is there; false when the client has gone.
    private func read(_ descriptor: Int32) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count == 0 { return false }
            guard let known = self.connections[descriptor]?.bodyLeft else { return false }
            let skipped = min(known, count)
            self.connections[descriptor]?.bodyLeft -= skipped
            self.connections[descriptor]?.input.append(contentsOf: chunk[skipped..<count])
            // Nobody may fill the memory while an answer is held back.
            if self.connections[descriptor]?.input.count ?? 0 > 4 * MockRequest.limit { return false }
        }
    }

    private func handleRequests(_ descriptor: Int32) {
        while let connection = self.connections[descriptor],
            !connection.isWaiting, !connection.endsAfterOutput, connection.bodyLeft == 0, !connection.input.isEmpty
        {
            do throws(MockProblem) {
                guard let request = try MockRequest.parse(connection.input) else { return }
                let body = min(request.bodyLength, connection.input.count - request.headLength)
                self.connections[descriptor]?.input.removeFirst(request.headLength + body)
                self.connections[descriptor]?.bodyLeft = request.bodyLength - body
                self.connections[descriptor]?.endsAfterOutput = !request.keepsAlive
                self.answer(request, descriptor, connection.serial)
            } catch {
                let bytes = MockResponse.bytes(400, "text/plain", Array((error.message + "\n").utf8), keepsAlive: false)
                self.connections[descriptor]?.output += bytes
                self.connections[descriptor]?.endsAfterOutput = true
            }
        }
    }

    private func answer(_ request: MockRequest, _ descriptor: Int32, _ serial: Int) {
        let now = WallClock.millis
        let isHead = request.method == "HEAD"
        if let own = MockControl.answer(request, &self.targets, now: now) {
            self.connections[descriptor]?.output += MockResponse.bytes(
                own.status,
                own.type,
                own.body,
                keepsAlive: request.keepsAlive,
                isHead: isHead
            )
            return
        }
        let (name, path) = request.target
        switch self.targets.serve(name, method: request.method, path: path, now: now) {
        case .status(let status, let delay):
            let body = Array((status < 400 ? "ok\n" : "failing with \(status)\n").utf8)
            let bytes = MockResponse.bytes(status, "text/plain", body, keepsAlive: request.keepsAlive, isHead: isHead)
            if delay == 0 {
                self.connections[descriptor]?.output += bytes
            } else {
                self.connections[descriptor]?.isWaiting = true
                self.delay(bytes, by: delay, descriptor, serial)
            }
        case .nothing:
            self.connections[descriptor]?.isWaiting = true
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            self.drop(descriptor)
        case nil:
            self.connections[descriptor]?.output += MockResponse.bytes(
                404,
                "text/plain",
                Array("too many targets\n".utf8),
                keepsAlive: request.keepsAlive
            )
        }
    }

    /// Keeps the order of `delayed` by time; delays are mostly equal, so the place is near the end.
    private func delay(_ bytes: [UInt8], by delay: Int64, _ descriptor: Int32, _ serial: Int) {
        let due = MonotonicClock.millis + delay
        let place = (self.delayed.lastIndex { $0.due <= due } ?? -1) + 1
        self.delayed.insert(MockDelayed(due: due, descriptor: descriptor, serial: serial, bytes: bytes), at: place)
    }

    private func sendDelayed() {
        let now = MonotonicClock.millis
        let due = self.delayed.prefix { $0.due <= now }
        self.delayed.removeFirst(due.count)
        for answer in due where self.connections[answer.descriptor]?.serial == answer.serial {
            self.connections[answer.descriptor]?.isWaiting = false
            self.connections[answer.descriptor]?.output += answer.bytes
            self.handleRequests(answer.descriptor)
            self.write(answer.descriptor)
        }
    }

    private func write(_ descriptor: Int32) {
        while let output = self.connections[descriptor]?.output, !output.isEmpty {
            let count = unsafe send(descriptor, output, output.count, Int32(MSG_NOSIGNAL))
            if count > 0 {
                self.connections[descriptor]?.output.removeFirst(count)
            } else if errno == EAGAIN {
                return self.watch(descriptor, EPOLLOUT, EPOLL_CTL_MOD)
            } else if errno != EINTR {
                return self.drop(descriptor)
            }
        }
        guard let connection = self.connections[descriptor] else { return }
        if connection.endsAfterOutput && !connection.isWaiting { return self.drop(descriptor) }
        self.watch(descriptor, EPOLLIN, EPOLL_CTL_MOD)
    }

    private func drop(_ descriptor: Int32) {
        guard self.connections.removeValue(forKey: descriptor) != nil else { return }
        close(descriptor)
    }

    private func watch(_ descriptor: Int32, _ events: EPOLL_EVENTS, _ operation: Int32) {
        var event = unsafe epoll_event()
        unsafe event.events = events.rawValue
        unsafe event.data.fd = descriptor
        unsafe epoll_ctl(self.epoll, operation, descriptor, &event)
    }
}
