import CLinux
import Glibc

/// A connection that listens to channels.
///
/// One thread listens; `wake` may be called from any. It asks a silent server for a sign of life, so that a frozen or
/// vanished one is noticed. After a throw it is dead: make a new one, and load anew what may have been missed.
package final class RedisSubscriber: @unchecked Sendable {
    // @unchecked: only `wake` is for other threads, and it only writes to a descriptor that lives as long as this.
    private let socket: RedisSocket
    private let wakeup: Int32
    private let timeout: Duration
    private let silence: Duration
    private var lastHeard = ContinuousClock.now
    private var asked: ContinuousClock.Instant?

    /// What was published.
    package struct Message: Sendable, Equatable {
        /// The channel it was published to.
        package let channel: String
        /// What was published.
        package let payload: [UInt8]
    }

    /// Connects and subscribes, at most `timeout`; when this returns, nothing that is published later is missed.
    ///
    /// After `silence` without a word the server is asked, and has `timeout` to answer.
    package init(
        _ url: RedisURL,
        channels: [String],
        timeout: Duration = .seconds(1),
        silence: Duration = .seconds(5)
    ) throws(RedisError) {
        let deadline = Deadline(timeout)
        self.timeout = timeout
        self.silence = silence
        self.socket = try RedisSocket(url, deadline)
        var output: [UInt8] = []
        RedisArgument.append(["SUBSCRIBE"] + channels.map { RedisArgument($0) }, to: &output)
        try self.socket.send(output, deadline)
        for _ in channels {
            if case .error(let error) = try self.socket.receive(deadline) { throw error }
        }
        self.wakeup = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard self.wakeup >= 0 else { throw RedisError(.connectionLost, "no descriptor is left") }
    }

    deinit {
        Glibc.close(self.wakeup)
    }

    /// Ends a wait of `next` at once, or the next one.
    package func wake() {
        _ = eventfd_write(self.wakeup, 1)
    }

    /// The next message; nil when `limit` has passed or `wake` was called.
    package func next(_ limit: Duration) throws(RedisError) -> Message? {
        let end = ContinuousClock.now + limit
        while true {
            while let reply = try self.socket.parsed() {
                if let message = try Self.message(reply) { return message }
            }
            try self.keepAlive()
            let now = ContinuousClock.now
            let due = self.asked.map { $0 + self.timeout } ?? self.lastHeard + self.silence
            let wait = max(.zero, min(end, due) - now)
            switch self.poll(wait) {
            case .woken: return nil
            case .readable:
                try self.socket.fill()
                self.lastHeard = .now
                self.asked = nil
            case .neither: if ContinuousClock.now >= end { return nil }
            }
        }
    }

    private func keepAlive() throws(RedisError) {
        let now = ContinuousClock.now
        if let asked = self.asked {
            if now >= asked + self.timeout { throw RedisError(.timeout, "the server gives no sign of life") }
        } else if now >= self.lastHeard + self.silence {
            var output: [UInt8] = []
            RedisArgument.append(["PING"], to: &output)
            try self.socket.send(output, Deadline(self.timeout))
            self.asked = now
        }
    }

    private enum Event { case woken, readable, neither }

    private func poll(_ limit: Duration) -> Event {
        var entries = [
            pollfd(fd: self.wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: self.socket.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let (seconds, attoseconds) = limit.components
        let wait = min(seconds, 1_000_000) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        guard unsafe Glibc.poll(&entries, 2, Int32(wait)) > 0 else { return .neither }
        if entries[0].revents != 0 {
            var count: eventfd_t = 0
            _ = unsafe eventfd_read(self.wakeup, &count)
            return .woken
        }
        return .readable
    }

    /// The message in `["message", channel, payload]`; nil for answers to PING and SUBSCRIBE.
    private static func message(_ reply: RedisReply) throws(RedisError) -> Message? {
        if case .error(let error) = reply { throw error }
        guard case .array(let parts) = reply, parts.count == 3, case .bytes(let kind) = parts[0],
            kind.elementsEqual("message".utf8), case .bytes(let channel) = parts[1], case .bytes(let payload) = parts[2]
        else { return nil }
        return Message(channel: String(decoding: channel, as: UTF8.self), payload: payload)
    }
}
