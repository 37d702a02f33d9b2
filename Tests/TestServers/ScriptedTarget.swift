import CLinux
import Glibc
import Synchronization

/// A request as a scripted target received it.
package struct ScriptedRequest: Sendable {
    /// The method.
    package let method: String
    /// The path with its query.
    package let path: String
    /// Everything up to the empty line.
    package let head: String
    /// The body, as far as `Content-Length` says.
    package let body: String
}

/// A TCP server on loopback that misbehaves as it is told; one thread, any number of connections.
package final class ScriptedTarget: Sendable {
    /// What is done on a connection, one after the other; after the last it is kept open and silent.
    package enum Step: Sendable {
        /// Sends the text.
        case send(String)
        /// Sends the bytes.
        case bytes([UInt8])
        /// Does nothing for so many milliseconds.
        case wait(Int64)
        /// Sends the text one byte at a time, so many milliseconds apart.
        case drip(String, every: Int64)
        /// Sends the text again and again until the other side closes.
        case flood(String)
        /// Closes in order.
        case close
        /// Closes with RST.
        case reset
    }

    private struct Shared {
        var requests: [ScriptedRequest] = []
        var accepted = 0
        var isStopping = false
    }

    /// The port, chosen by the kernel.
    package let port: UInt16
    private let listener: Int32
    private let greeting: [Step]?
    private let script: @Sendable (ScriptedRequest) -> [Step]
    private let shared = Mutex(Shared())
    private let thread = Mutex<pthread_t?>(nil)

    /// Listens on 127.0.0.1.
    ///
    /// - Parameters:
    ///   - greeting: done as soon as a connection is accepted, without reading; `nil`: the script decides.
    ///   - script: what is done for each request.
    package init(
        greeting: [Step]? = nil,
        script: @escaping @Sendable (ScriptedRequest) -> [Step] = { _ in ScriptedTarget.ok("ok") }
    ) {
        self.greeting = greeting
        self.script = script
        (self.listener, self.port) = LoopbackSocket.listening()
        let context = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runTarget, context.toOpaque())
        precondition(code == 0, "no thread for a scripted target: errno \(code)")
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread and closes everything.
    package func stop() {
        let thread = self.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return }
        self.shared.withLock { $0.isStopping = true }
        pthread_join(thread, nil)
    }

    /// `http://127.0.0.1:port` with `path`.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(self.port)\(path)" }

    /// The requests received so far.
    package var requests: [ScriptedRequest] { self.shared.withLock { $0.requests } }

    /// The connections accepted so far.
    package var accepted: Int { self.shared.withLock { $0.accepted } }

    /// A whole answer that closes.
    package static func ok(_ body: String) -> [Step] { ScriptedTarget.answer(200, body) }

    /// A whole answer that closes.
    package static func answer(_ status: Int, _ body: String = "", headers: [String] = []) -> [Step] {
        let lines =
            ["HTTP/1.1 \(status) Scripted", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
        return [.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body), .close]
    }

    // MARK: The thread

    fileprivate func run() {
        var connections: [ScriptedConnection] = []
        while !self.shared.withLock({ $0.isStopping }) {
            var polls = [pollfd(fd: self.listener, events: Int16(POLLIN), revents: 0)]
            polls += connections.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
            let patience: Int32 = connections.contains { $0.isWaiting } ? 2 : 20
            _ = unsafe poll(&polls, nfds_t(polls.count), patience)
            for (connection, ready) in zip(connections, polls.dropFirst()) {
                if ready.revents != 0, let request = connection.receive() {
                    self.shared.withLock { $0.requests.append(request) }
                    connection.steps = self.script(request)
                }
                connection.advance()
            }
            connections.removeAll(where: \.isClosed)
            if polls[0].revents != 0 { connections += self.accept() }
        }
        for connection in connections { connection.close() }
        close(self.listener)
    }

    private func accept() -> [ScriptedConnection] {
        var accepted: [ScriptedConnection] = []
        while true {
            let descriptor = Glibc.accept(self.listener, nil, nil)
            guard descriptor >= 0 else { break }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            accepted.append(ScriptedConnection(descriptor, greeting: self.greeting))
        }
        let count = accepted.count
        self.shared.withLock { $0.accepted += count }
        return accepted
    }
}

/// Body of a target's thread; takes over the reference that `init` made.
private func runTarget(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context {
        unsafe Unmanaged<ScriptedTarget>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
}
