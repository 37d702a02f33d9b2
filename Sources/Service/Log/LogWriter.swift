import Glibc
import Synchronization

/// Writes lines to a descriptor from a thread of its own, so that a slow reader never holds up a caller for long.
///
/// Lines are gathered for at most 100 ms, and written at once when one is urgent. The gathered bytes are bounded; a line
/// that finds no room is dropped and counted, and the next line that is written says how many were.
final class LogWriter: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var dropped = 0
        var unreported = 0
        var isWriting = false
    }

    private static let room = 1 << 20

    private let descriptor: Int32
    private let state = Mutex(State())
    private let urgent = Wakeup()
    private let filled = Wakeup()

    /// Starts the thread; it lives as long as the process.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        _ = DedicatedThread("log") { [self] in self.run() }
    }

    /// How many lines were dropped since the start.
    var dropped: Int { self.state.withLock { $0.dropped } }

    /// Takes a line; returns how many lines before it were dropped and not yet spoken of.
    ///
    /// `make` appends the line and is told that number.
    func append(urgent: Bool, _ make: (_ dropped: Int, inout [UInt8]) -> Void) {
        let wasEmpty = self.state.withLock { state in
            guard state.bytes.count < Self.room else {
                state.dropped += 1
                state.unreported += 1
                return false
            }
            let wasEmpty = state.bytes.isEmpty
            make(state.unreported, &state.bytes)
            state.unreported = 0
            return wasEmpty
        }
        if wasEmpty { self.filled.raise() }
        if urgent { self.urgent.raise() }
    }

    /// Waits until all that was appended is written, at most `millis` milliseconds.
    func flush(millis: Int64) {
        let end = MonotonicClock.millis + millis
        self.urgent.raise()
        while MonotonicClock.millis < end {
            if self.state.withLock({ $0.bytes.isEmpty && !$0.isWriting }) { return }
            self.urgent.raise()
            usleep(1_000)
        }
    }

    private func run() {
        while true {
            self.filled.wait()
            self.urgent.wait(millis: 100)
            let bytes = self.state.withLock { state in
                state.isWriting = true
                let bytes = state.bytes
                state.bytes = []
                return bytes
            }
            self.write(bytes)
            self.state.withLock { $0.isWriting = false }
        }
    }

    /// Writes all of it; what the descriptor refuses for good is lost.
    private func write(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                return unsafe Glibc.write(self.descriptor, rest.baseAddress, rest.count)
            }
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&waiting, 1, 1_000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
