import Glibc
import Service
import Synchronization
import TestServers

/// Takes webhooks on 127.0.0.1 and notes when each came.
final class WebhookReceiver: Sendable {
    /// One that arrived.
    struct Hook: Sendable {
        /// Monotonic nanoseconds at which its last byte was there.
        let at: Int64
        let body: String
    }

    let port: UInt16
    private let listener: Int32
    private let hooks = Mutex<[Hook]>([])

    init() throws(BenchError) {
        let bound = LoopbackSocket.listening()
        self.listener = bound.descriptor
        self.port = bound.port
        // Answered on a thread of its own, one after another; it ends with the process.
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self)
        guard unsafe pthread_create(&thread, nil, receiveWebhooks, context.toOpaque()) == 0 else {
            throw BenchError("no thread for webhooks")
        }
    }

    /// Those that came so far.
    var received: [Hook] { self.hooks.withLock { $0 } }

    fileprivate func serve() {
        while true {
            var waiting = pollfd(fd: self.listener, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waiting, 1, -1)
            let client = accept(self.listener, nil, nil)
            guard client >= 0 else { continue }
            self.answer(client)
            close(client)
        }
    }

    private func answer(_ client: Int32) {
        var request: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while !Self.isComplete(request) {
            let count = unsafe read(client, &chunk, chunk.count)
            guard count > 0 else { return }
            request += chunk[..<count]
        }
        let now = MonotonicClock.nanos
        self.hooks.withLock { $0.append(Hook(at: now, body: String(decoding: request, as: UTF8.self))) }
        let text = Array("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".utf8)
        _ = unsafe write(client, text, text.count)
    }

    private static func isComplete(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self).lowercased()
        guard let head = request.indices.first(where: { request[$0...].starts(with: [13, 10, 13, 10]) }) else {
            return false
        }
        let line = text.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) } ?? 0
        return request.count >= head + 4 + length
    }
}

/// The thread's body: owns the receiver that was retained for it.
private func receiveWebhooks(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<WebhookReceiver>.fromOpaque(context).takeRetainedValue().serve()
    return nil
}
