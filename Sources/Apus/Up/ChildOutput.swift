import Glibc
import PrivateServers

/// What a child writes to its two streams, line by line.
struct ChildOutput {
    private let child: ChildProcess

    /// Takes over the two pipes of a child.
    init(_ child: ChildProcess) {
        self.child = child
    }

    /// Hands over each line until the child has ended and all that it wrote is read; then closes the pipes.
    func pump(_ take: ([UInt8]) -> Void) {
        var streams: [(descriptor: Int32, lines: LineSplitter)] = []
        for descriptor in [self.child.output, self.child.error].compactMap({ $0 }) {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            streams.append((descriptor, LineSplitter()))
        }
        var hasEnded = false
        while !hasEnded {
            var waiting = streams.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            waiting.append(pollfd(fd: self.child.exitDescriptor, events: Int16(POLLIN), revents: 0))
            let count = unsafe poll(&waiting, nfds_t(waiting.count), -1)
            if count < 0 { continue }
            // Seen before the last reading, so that nothing written before the end is missed.
            hasEnded = waiting.last?.revents != 0
            for index in streams.indices.reversed() where !Self.read(&streams[index], take) {
                close(streams[index].descriptor)
                if let rest = streams[index].lines.finish() { take(rest) }
                streams.remove(at: index)
            }
        }
        for index in streams.indices {
            if let rest = streams[index].lines.finish() { take(rest) }
            close(streams[index].descriptor)
        }
    }

    /// Reads what is there; false at the end of the stream.
    private static func read(
        _ stream: inout (descriptor: Int32, lines: LineSplitter),
        _ take: ([UInt8]) -> Void
    ) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe Glibc.read(stream.descriptor, &chunk, chunk.count)
            if count > 0 {
                for line in stream.lines.take(chunk[..<count]) { take(line) }
            } else if count == 0 {
                return false
            } else if errno != EINTR {
                return errno == EAGAIN
            }
        }
    }
}
