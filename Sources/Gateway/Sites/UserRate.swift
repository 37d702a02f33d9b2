import HTTPServer
import Service
import Synchronization

/// How often each user may ask: so many requests within a window that begins with the first of them.
///
/// Bounded: the windows that are over are forgotten when there are many. Safe from every thread.
final class UserRate: Sendable {
    private struct User: Hashable {
        let kind: Caller.Kind
        let id: Int64?
        let name: String
    }

    private struct Window {
        /// Monotonic ms.
        var end: Int64
        var count: Int
    }

    private let limit: Int
    private let length: Int64
    private let windows = Mutex<[User: Window]>([:])

    /// Lets each user make `limit` requests within `window` ms.
    init(limit: Int, window: Int64) {
        self.limit = limit
        self.length = window
    }

    /// Counts a request at `now` (monotonic ms); the ms to wait where it is one too many.
    func count(_ caller: Caller, now: Int64) -> Int64? {
        let user = User(kind: caller.kind, id: caller.id, name: caller.name)
        return self.windows.withLock { windows in
            if windows.count > 10_000 { windows = windows.filter { $0.value.end > now } }
            var window = windows[user] ?? Window(end: now + self.length, count: 0)
            if window.end <= now { window = Window(end: now + self.length, count: 0) }
            guard window.count < self.limit else { return window.end - now }
            window.count += 1
            windows[user] = window
            return nil
        }
    }
}
