import Glibc

/// A moment after which an operation is given up.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(_ limit: Duration) {
        self.end = ContinuousClock.now + limit
    }

    var hasPassed: Bool { ContinuousClock.now >= self.end }

    /// Waits until the descriptor can be read (or written, when asked); false when the deadline has passed.
    func wait(_ descriptor: Int32, read: Bool, write: Bool) -> Bool {
        while true {
            let left = self.end - ContinuousClock.now
            if left <= .zero { return false }
            var entry = pollfd(fd: descriptor, events: Int16((read ? POLLIN : 0) | (write ? POLLOUT : 0)), revents: 0)
            let (seconds, attoseconds) = left.components
            let wait = min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
            if unsafe poll(&entry, 1, Int32(wait)) > 0 { return true }
        }
    }
}
