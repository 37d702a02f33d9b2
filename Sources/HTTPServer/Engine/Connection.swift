import Glibc
import Synchronization

/// One open connection, as its deadlines and limits see it.
final class Connection: Sendable {
    /// What a connection is at.
    enum Phase: UInt8, AtomicRepresentable {
        /// Accepted; the headers of its first request are not complete.
        case unfinished
        /// A request is read, answered or streamed.
        case busy
        /// Between two requests.
        case idle
        /// Shut or closed; no longer counted for anything.
        case over
    }

    let descriptor: Int32
    let peer: PeerAddress
    let phase = Atomic<Phase>(.unfinished)
    /// When the connection is shut unless something happens, in monotonic milliseconds.
    let deadline: Atomic<Int64>
    /// When the connection entered its phase, in monotonic microseconds.
    let since: Atomic<Int64>

    init(descriptor: Int32, peer: PeerAddress, microseconds: Int64, deadline: Int64) {
        self.descriptor = descriptor
        self.peer = peer
        self.deadline = Atomic(deadline)
        self.since = Atomic(microseconds)
    }

    /// Goes over to another phase, which lasts until `deadline` at most.
    func enter(_ phase: Phase, microseconds: Int64, deadline: Int64) {
        self.since.store(microseconds, ordering: .relaxed)
        self.deadline.store(deadline, ordering: .relaxed)
        // A connection that was shut stays so, whatever its last request still does.
        var current = self.phase.load(ordering: .relaxed)
        while current != .over {
            let (exchanged, original) = self.phase.compareExchange(
                expected: current,
                desired: phase,
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }

    /// Breaks the connection; its loop notices and closes it.
    ///
    /// Only while it is in the table: afterwards the descriptor may be someone else's.
    func shut(saying text: StaticString? = nil) {
        if let text {
            unsafe send(
                self.descriptor,
                text.utf8Start,
                text.utf8CodeUnitCount,
                Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            )
        }
        shutdown(self.descriptor, Int32(SHUT_RDWR))
    }
}
