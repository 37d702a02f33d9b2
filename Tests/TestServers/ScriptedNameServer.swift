import Glibc
import Synchronization

/// A DNS server on loopback (UDP) that answers as it is told; one thread.
package final class ScriptedNameServer: Sendable {
    /// What is said to a question for A records; questions for AAAA get an empty answer where A has addresses.
    package enum Answer: Sendable {
        /// These IPv4 addresses.
        case addresses([String])
        /// Nothing of the wanted kind.
        case empty
        /// No such name.
        case notFound
        /// The server failed.
        case serverFailure
        /// The server does not want to.
        case refused
        /// Nothing is ever said.
        case silence
        /// Addresses for A, silence for AAAA.
        case silenceForIPv6([String])
    }

    /// The port, chosen by the kernel.
    package let port: UInt16
    private let descriptor: Int32
    private let answer: @Sendable (String) -> Answer
    private let isStopping = Atomic<Bool>(false)
    private let asked = Atomic<Int>(0)
    private let thread = Mutex<pthread_t?>(nil)

    /// Listens on 127.0.0.1 and answers by name, which comes in lower case and without the last dot.
    package init(_ answer: @escaping @Sendable (String) -> Answer) {
        self.answer = answer
        (self.descriptor, self.port) = LoopbackSocket.datagram()
        let context = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runNameServer, context.toOpaque())
        precondition(code == 0, "no thread for a name server: errno \(code)")
        self.thread.withLock { $0 = thread }
    }

    /// `127.0.0.1:port`.
    package var address: String { "127.0.0.1:\(self.port)" }

    /// The questions received so far.
    package var questions: Int { self.asked.load(ordering: .relaxed) }

    /// Ends the thread and closes the socket.
    package func stop() {
        let thread = self.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return }
        self.isStopping.store(true, ordering: .relaxed)
        pthread_join(thread, nil)
    }

    fileprivate func run() {
        var buffer = [UInt8](repeating: 0, count: 1_500)
        while !self.isStopping.load(ordering: .relaxed) {
            var ready = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&ready, 1, 20) > 0 else { continue }
            var from = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            unsafe withUnsafeMutablePointer(to: &from) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
                    let count = unsafe recvfrom(self.descriptor, &buffer, buffer.count, 0, sender, &size)
                    guard count > 12, let reply = self.reply(to: Array(buffer[..<count])) else { return }
                    _ = unsafe sendto(self.descriptor, reply, reply.count, 0, sender, size)
                }
            }
        }
        close(self.descriptor)
    }

    /// The wire format of RFC 1035, section 4.
    private func reply(to query: [UInt8]) -> [UInt8]? {
        self.asked.add(1, ordering: .relaxed)
        var labels: [String] = []
        var index = 12
        while index < query.count, query[index] != 0 {
            let end = index + 1 + Int(query[index])
            guard end < query.count else { return nil }
            labels.append(String(decoding: query[(index + 1)..<end], as: UTF8.self).lowercased())
            index = end
        }
        guard index + 4 < query.count else { return nil }
        let isIPv6 = query[index + 2] == 28
        let question = query[12...(index + 4)]
        switch self.answer(labels.joined(separator: ".")) {
        case .silence: return nil
        case .silenceForIPv6(let addresses):
            return isIPv6 ? nil : Self.message(query, question, code: 0, addresses)
        case .addresses(let addresses): return Self.message(query, question, code: 0, isIPv6 ? [] : addresses)
        case .empty: return Self.message(query, question, code: 0, [])
        case .serverFailure: return Self.message(query, question, code: 2, [])
        case .notFound: return Self.message(query, question, code: 3, [])
        case .refused: return Self.message(query, question, code: 5, [])
        }
    }

    private static func message(_ query: [UInt8], _ question: ArraySlice<UInt8>, code: UInt8, _ addresses: [String])
        -> [UInt8]
    {
        var reply: [UInt8] = [query[0], query[1], 0x81, 0x80 | code, 0, 1, 0, UInt8(addresses.count), 0, 0, 0, 0]
        reply += question
        for address in addresses {
            reply += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]
            reply += address.split(separator: ".").compactMap { UInt8($0) }
        }
        return reply
    }
}

/// Body of a name server's thread; takes over the reference that `init` made.
private func runNameServer(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context {
        unsafe Unmanaged<ScriptedNameServer>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
}
