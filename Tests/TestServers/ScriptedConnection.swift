import CLinux
import Glibc

/// One connection of a scripted target; on the target's thread only.
final class ScriptedConnection {
    let descriptor: Int32
    var steps: [ScriptedTarget.Step] = []
    private(set) var isClosed = false
    private var input: [UInt8] = []
    private var hasRequest: Bool
    private var output: ArraySlice<UInt8> = []
    private var resumeAt: Int64 = 0

    init(_ descriptor: Int32, greeting: [ScriptedTarget.Step]?) {
        self.descriptor = descriptor
        self.steps = greeting ?? []
        self.hasRequest = greeting != nil
    }

    /// Reads while there is no request, so that a peer that has closed does not wake the thread for ever.
    var events: Int16 {
        if !self.output.isEmpty { return Int16(POLLOUT) }
        return self.hasRequest ? 0 : Int16(POLLIN)
    }

    var isWaiting: Bool { self.hasRequest && !(self.steps.isEmpty && self.output.isEmpty) }

    /// The request, once it is complete.
    func receive() -> ScriptedRequest? {
        guard !self.hasRequest else {
            self.drain()
            return nil
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(self.descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            if count == 0 || errno != EAGAIN { self.close() }
            return nil
        }
        self.input += buffer[..<count]
        return self.parse()
    }

    func advance() {
        guard self.hasRequest else { return }
        while !self.isClosed {
            guard self.flush(), ScriptedConnection.now >= self.resumeAt, !self.steps.isEmpty else { return }
            switch self.steps.removeFirst() {
            case .send(let text): self.output = Array(text.utf8)[...]
            case .bytes(let bytes): self.output = bytes[...]
            case .wait(let milliseconds): self.resumeAt = ScriptedConnection.now + milliseconds
            case .drip(let text, let pause):
                guard let first = text.utf8.first else { continue }
                self.output = [first]
                self.steps.insert(.drip(String(text.dropFirst()), every: pause), at: 0)
                self.resumeAt = ScriptedConnection.now + pause
            case .flood(let text):
                self.output = Array(text.utf8)[...]
                self.steps.insert(.flood(text), at: 0)
                if !self.flush() { return }
            case .close: self.close()
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                let size = socklen_t(MemoryLayout<Glibc.linger>.size)
                unsafe setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
                self.close()
            }
        }
    }

    func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        Glibc.close(self.descriptor)
    }

    private static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Reads and forgets, and notices the end.
    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(self.descriptor, &buffer, buffer.count, 0)
        if count == 0 || count < 0 && errno != EAGAIN { self.close() }
    }

    /// `true` if nothing is left to send.
    private func flush() -> Bool {
        while !self.output.isEmpty {
            let count = unsafe self.output.withUnsafeBytes {
                unsafe send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno != EAGAIN { self.close() }
                return false
            }
            self.output = self.output.dropFirst(count)
        }
        return true
    }

    private func parse() -> ScriptedRequest? {
        let text = String(decoding: self.input, as: UTF8.self)
        guard let end = text.utf8.firstRange(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.lowerBound])
        let body = String(text[end.upperBound...])
        let lines = head.split(separator: "\r\n")
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
        guard body.utf8.count >= length ?? 0 else { return nil }
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2 else { return nil }
        self.hasRequest = true
        return ScriptedRequest(method: String(words[0]), path: String(words[1]), head: head, body: body)
    }
}

extension String.UTF8View {
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        let wanted = Array(text.utf8)
        var index = self.startIndex
        while index != self.endIndex {
            if self[index...].starts(with: wanted) {
                return index..<(self.index(index, offsetBy: wanted.count))
            }
            index = self.index(after: index)
        }
        return nil
    }
}
