import Synchronization

/// The sending end of one client's Server-Sent Events; any thread may use it.
///
/// A handler makes one, hands it to whoever has events, and answers ``HTTPResponse/events(_:)``. What is sent before
/// the client is ready waits in a bounded buffer; a client that falls further behind is cut off.
package final class EventStream: Sendable {
    /// The connection under a stream, as far as a stream knows it.
    protocol Transport: AnyObject, Sendable {
        /// Lets the connection go on that was put to rest by `read`.
        func wake()
        /// Breaks the connection.
        func cut()
    }

    /// What a connection does next.
    enum Step: Equatable {
        case wrote(Int)
        case rests
        case ended
        case broken
    }

    private enum Phase { case open, ending, dropped, closed }

    private struct State {
        var phase = Phase.open
        var queue: [[UInt8]] = []
        var head = 0
        var offset = 0
        var waiting = 0
        var rests = false
        var transport: (any Transport)?
        var onClose: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let limit: Int

    /// Opens a stream whose client may be up to `bufferLimit` bytes behind.
    package init(bufferLimit: Int = 256 * 1024) {
        self.limit = bufferLimit
    }

    /// Whether events can still be sent.
    package var isOpen: Bool { self.state.withLock { $0.phase == .open } }

    /// Whether the client was cut off because it read too slowly.
    package var wasDropped: Bool { self.state.withLock { $0.phase == .dropped } }

    /// Sends one event; never blocks.
    ///
    /// - Returns: false if the stream has ended, also if this event was one too many for a slow client.
    @discardableResult
    package func send(_ event: ServerSentEvent) -> Bool {
        self.state.withLock { state in
            guard state.phase == .open else { return false }
            guard state.waiting + event.bytes.count <= self.limit else {
                state.phase = .dropped
                state.queue = []
                state.transport?.cut()
                Self.wake(&state)
                return false
            }
            state.queue.append(event.bytes)
            state.waiting += event.bytes.count
            Self.wake(&state)
            return true
        }
    }

    /// Ends the stream after what was sent before.
    package func close() {
        self.state.withLock { state in
            guard state.phase == .open else { return }
            state.phase = .ending
            Self.wake(&state)
        }
    }

    /// Calls `body` once when the client is gone, at once if it is already; on any thread, so be quick.
    package func onClose(_ body: @escaping @Sendable () -> Void) {
        let isClosed = self.state.withLock { state in
            if state.phase == .closed { return true }
            state.onClose.append(body)
            return false
        }
        if isClosed { body() }
    }

    /// The bytes that wait for the client.
    package var bytesWaiting: Int { self.state.withLock { $0.waiting } }

    private static func wake(_ state: inout State) {
        guard state.rests else { return }
        state.rests = false
        state.transport?.wake()
    }

    // MARK: The connection's side

    func attach(_ transport: any Transport) {
        self.state.withLock { $0.transport = transport }
    }

    /// The connection is gone: nothing of it may be touched after this returns.
    func detach() -> Bool {
        let (callbacks, wasDropped) = self.state.withLock { state in
            let callbacks = state.onClose
            let wasDropped = state.phase == .dropped
            state.onClose = []
            state.phase = .closed
            state.queue = []
            state.waiting = 0
            state.transport = nil
            return (callbacks, wasDropped)
        }
        for callback in callbacks { callback() }
        return wasDropped
    }

    /// Moves what waits into `buffer`; with nothing there, calls `rest` under the lock, so that no wake is lost.
    func read(into buffer: UnsafeMutableRawBufferPointer, rest: () -> Void) -> Step {
        self.state.withLock { state in
            if state.phase == .dropped { return .broken }
            var written = 0
            while state.head < state.queue.count, written < buffer.count {
                let count = min(state.queue[state.head].count - state.offset, buffer.count - written)
                let part = state.queue[state.head][state.offset..<state.offset + count]
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[written...]).copyBytes(from: part)
                written += count
                state.offset += count
                if state.offset == state.queue[state.head].count {
                    state.head += 1
                    state.offset = 0
                }
            }
            state.waiting -= written
            if state.head == state.queue.count {
                state.queue.removeAll(keepingCapacity: state.queue.capacity <= 64)
                state.head = 0
            } else if state.head >= 64 {
                state.queue.removeFirst(state.head)
                state.head = 0
            }
            if written > 0 { return .wrote(written) }
            guard state.phase == .open else { return .ended }
            state.rests = true
            rest()
            return .rests
        }
    }
}
